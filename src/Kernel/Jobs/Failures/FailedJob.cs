namespace Pipeline.Kernel.Jobs.Failures;

/// <summary>A job that failed unexpectedly and has not succeeded since.</summary>
/// <param name="Id">Of the failure: stays the same through all tries.</param>
/// <param name="Job">The name of the job's class.</param>
/// <param name="Object">What it is about.</param>
/// <param name="Tries">How often it failed, at least once.</param>
/// <param name="FirstFailedAt">When it failed for the first time.</param>
/// <param name="LastFailedAt">When it failed for the last time.</param>
/// <param name="NextTryAt">When it is tried again; null when it is given up.</param>
/// <param name="ErrorType">The full name of the last exception's type.</param>
/// <param name="Error">Its message, at most 1,000 characters.</param>
public sealed record FailedJob(
    Guid Id, string Job, JobObject Object, int Tries, DateTimeOffset FirstFailedAt, DateTimeOffset LastFailedAt,
    DateTimeOffset? NextTryAt, string ErrorType, string Error);

/// <summary>Which failures to read: those about any of the things that are set; all when none is.</summary>
public sealed record FailureSubject
{
    /// <summary>The kind of <see cref="Id"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>As its slice names it.</summary>
    public string? Id { get; init; }

    /// <summary>The repository of <see cref="Commit"/>.</summary>
    public RepositoryId? Repository { get; init; }

    /// <summary>The commit, with all its builds, releases and promotions.</summary>
    public CommitSha? Commit { get; init; }

    /// <summary>The build.</summary>
    public BuildId? Build { get; init; }
}
