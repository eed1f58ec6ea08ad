namespace Pipeline.Kernel.Jobs.Failures;

/// <summary>What a job is about.</summary>
/// <param name="Kind"><c>delivery</c>, <c>commit</c>, <c>status</c>, <c>build</c>, <c>run</c>, <c>release</c>, <c>promotion</c>,
/// <c>deploy</c>, <c>stage</c>; <c>job</c> when its arguments name nothing.</param>
/// <param name="Id">As its slice names it.</param>
public sealed record JobObject(string Kind, string Id)
{
    /// <summary>The repository, where it is known.</summary>
    public RepositoryId? Repository { get; init; }

    /// <summary>The commit, where it is known.</summary>
    public CommitSha? Commit { get; init; }

    /// <summary>The build, where it is known.</summary>
    public BuildId? Build { get; init; }
}

/// <summary>One call of a job, the same for each try.</summary>
/// <param name="Name">The name of its class.</param>
/// <param name="Invocation">Class, method and arguments, as the job server stores them.</param>
/// <param name="Object">What it is about.</param>
public sealed record JobCall(string Name, string Invocation, JobObject Object);
