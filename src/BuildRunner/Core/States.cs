namespace Pipeline.BuildRunner.Core;

/// <summary>Stored by name: never rename one.</summary>
public enum BuildState
{
    Running,
    Succeeded,
    Failed,
    Cancelled,

    /// <summary>The commit message asked for no build.</summary>
    Skipped,
}

/// <summary>Stored by name: never rename one.</summary>
public enum ModuleState
{
    /// <summary>For the modules it depends on.</summary>
    Waiting,

    /// <summary>Handed to the scheduler.</summary>
    Queued,

    /// <summary>A task has called in.</summary>
    Running,
    Succeeded,
    Failed,
    Cancelled,

    /// <summary>A module it depends on did not succeed.</summary>
    Skipped,
}

/// <summary>Stored by name: never rename one.</summary>
public enum StepState
{
    Waiting,
    Running,
    Succeeded,
    Failed,
    TimedOut,

    /// <summary>A step before it failed.</summary>
    Skipped,
}

public enum BuildTrigger
{
    Push,
    Manual,
    Retry,
}
