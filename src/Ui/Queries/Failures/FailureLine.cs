namespace Pipeline.Ui.Queries.Failures;

/// <summary>A job that failed unexpectedly and has not succeeded since, with what names its object.</summary>
/// <param name="Kind">As in <see cref="Kernel.Jobs.Failures.JobObject"/>.</param>
/// <param name="NextTryAt">Null when it is given up.</param>
public sealed record FailureLine(
    Guid Id, string Job, string Kind, string ObjectId, string? Repository, string? Sha, int? BuildNumber, int Tries,
    DateTimeOffset LastFailedAt, DateTimeOffset? NextTryAt, string Error);
