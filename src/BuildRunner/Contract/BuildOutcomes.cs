using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Contract;

/// <summary>How the start of a build ended.</summary>
public abstract record StartBuildOutcome
{
    private StartBuildOutcome()
    {
    }

    /// <summary>The build is planned; with a bad definition it has failed already.</summary>
    /// <param name="Build">The new build.</param>
    public sealed record Started(BuildId Build) : StartBuildOutcome;

    /// <summary>No such repository, or the commit is not on its remote.</summary>
    public sealed record UnknownCommit : StartBuildOutcome;

    /// <summary>There is no such build that could be repeated.</summary>
    public sealed record UnknownBuild : StartBuildOutcome;
}

/// <summary>How the cancellation of a build ended.</summary>
public enum CancelBuildOutcome
{
    /// <summary>The build has ended; its tasks are being killed.</summary>
    Cancelled,

    /// <summary>There is no such build.</summary>
    UnknownBuild,

    /// <summary>The build had ended before.</summary>
    AlreadyOver,
}
