namespace Pipeline.BuildRunner.Contract;

/// <summary>How a build is doing. Stored by name: never rename one.</summary>
public enum BuildState
{
    /// <summary>At least one module is not over.</summary>
    Running,

    /// <summary>Every module succeeded.</summary>
    Succeeded,

    /// <summary>The definition has errors, or a module failed.</summary>
    Failed,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>The commit message asked for no build.</summary>
    Skipped,
}

/// <summary>How a module of a build is doing. Stored by name: never rename one.</summary>
public enum ModuleState
{
    /// <summary>The modules it depends on are not over.</summary>
    Waiting,

    /// <summary>Handed to the scheduler.</summary>
    Queued,

    /// <summary>Its task has reported.</summary>
    Running,

    /// <summary>All its steps succeeded and its artifacts arrived.</summary>
    Succeeded,

    /// <summary>A step or the task failed.</summary>
    Failed,

    /// <summary>The build was cancelled.</summary>
    Cancelled,

    /// <summary>A module it depends on did not succeed.</summary>
    Skipped,
}

/// <summary>How a step of a module is doing. Stored by name: never rename one.</summary>
public enum StepState
{
    /// <summary>Not started.</summary>
    Waiting,

    /// <summary>Started.</summary>
    Running,

    /// <summary>Ended with exit code 0.</summary>
    Succeeded,

    /// <summary>Ended with another exit code.</summary>
    Failed,

    /// <summary>Killed: it took longer than its limit.</summary>
    TimedOut,

    /// <summary>A step before it failed.</summary>
    Skipped,
}

/// <summary>Why there is a build. Stored by name: never rename one.</summary>
public enum BuildTrigger
{
    /// <summary>The commit was pushed; once for each commit.</summary>
    Push,

    /// <summary>Somebody started it.</summary>
    Manual,

    /// <summary>Somebody repeated an earlier one.</summary>
    Retry,
}
