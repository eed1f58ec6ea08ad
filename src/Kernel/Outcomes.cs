namespace Pipeline.Kernel;

/// <summary>How a build, a task or a deploy ended.</summary>
public enum Outcome
{
    /// <summary>It did what it was for.</summary>
    Succeeded,
    /// <summary>It ended badly; a <see cref="FailureClass"/> says whose fault that is.</summary>
    Failed,
    /// <summary>Somebody ended it.</summary>
    Cancelled,
}

/// <summary>Whose fault a failure is. Infra never counts against a release or a build.</summary>
public enum FailureClass
{
    /// <summary>The program or a step ended badly by itself.</summary>
    App,

    /// <summary>It ran but did not answer its readiness or liveness check.</summary>
    Health,

    /// <summary>What was asked for cannot run: definition, image, resources, user.</summary>
    Config,

    /// <summary>Agent, master, network or the machine under it.</summary>
    Infra,

    /// <summary>A digest or a signature did not match.</summary>
    Security,
}
