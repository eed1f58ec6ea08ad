namespace Pipeline.Ui.Queries.Timelines;

/// <summary>One entry of the journal as people read it.</summary>
/// <param name="Actor"><c>person:eleni</c>, <c>system:stages</c> …</param>
/// <param name="Href">Where its evidence is; null when there is nothing to open.</param>
/// <param name="State">A word of the vocabulary for its mark; null for none.</param>
public sealed record TimelineRow(
    long Id, DateTimeOffset At, string Kind, string Actor, string Sentence, string? Href, string? State, string? Sha, string? Repository);

public sealed record SecurityRow(long Id, DateTimeOffset At, string Code, string Detail, string? Artifact, string? Cluster, string? TaskId);
