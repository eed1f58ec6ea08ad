using Pipeline.Kernel;
using Pipeline.Ui.Components;

namespace Pipeline.Ui.Queries;

/// <summary>One entry of the journal as people read it.</summary>
/// <param name="Actor"><c>person:eleni</c>, <c>system:stages</c> …</param>
/// <param name="Href">Where its evidence is; null when there is nothing to open.</param>
/// <param name="State">A word of the vocabulary for its mark; null for none.</param>
public sealed record TimelineRow(
    long Id, DateTimeOffset At, string Kind, string Actor, string Sentence, string? Href, string? State, string? Sha, string? Repository);
