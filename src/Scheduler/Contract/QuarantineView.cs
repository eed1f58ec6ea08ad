namespace Pipeline.Scheduler.Contract;

/// <summary>Something that the scheduler of a cluster could not digest and set aside, so that everything else goes on.</summary>
/// <param name="Kind"><c>command</c>, <c>request</c>, <c>task</c>, <c>agent</c> or <c>event</c> (which passed; only written down).</param>
/// <param name="Times">How often it was met.</param>
/// <param name="Payload">What it was, as text.</param>
public sealed record QuarantineView(
    long Id, string Cluster, string Kind, string SubjectId, DateTimeOffset At, int Times, string Reason, string? Payload,
    DateTimeOffset? ReleasedAt, string? ReleasedBy);
