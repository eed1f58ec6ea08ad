namespace Pipeline.Ui.Queries.Builds;

/// <summary>A build in a list.</summary>
public sealed record BuildLine(
    Guid Id, Guid RepositoryId, string Repository, string Sha, string? Subject, string? Branch, int Number, string State, string Trigger,
    string RequestedBy,
    string? FailureClass, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <param name="State"><c>pending</c>, <c>building</c>, <c>succeeded</c>, <c>failed</c>, <c>cancelled</c>, <c>skipped</c>.</param>
public sealed record BuildMark(
    Guid Id, int Number, string State, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);
