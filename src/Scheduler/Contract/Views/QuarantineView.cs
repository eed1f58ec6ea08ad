namespace Pipeline.Scheduler.Contract.Views;

/// <summary>A poison message: something that the scheduler of a cluster could not process and put into quarantine, so that everything else
/// goes on.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Kind"><c>command</c>, <c>request</c>, <c>task</c>, <c>agent</c> or <c>event</c> (which passed; only written down).</param>
/// <param name="SubjectId">The id of the command, request, task or agent.</param>
/// <param name="At">When.</param>
/// <param name="Times">How often it was received.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Payload">What it was, as text.</param>
/// <param name="ReleasedAt">When it was released; null: it was not.</param>
/// <param name="ReleasedBy">Who released it.</param>
public sealed record QuarantineView(
    long Id, string Cluster, string Kind, string SubjectId, DateTimeOffset At, int Times, string Reason, string? Payload,
    DateTimeOffset? ReleasedAt, string? ReleasedBy);
