namespace Pipeline.DeployStages.Contract;

/// <summary>One reason why a promotion waits. A promotion shows all of them at once.</summary>
/// <param name="Gate">Stable code: <c>hold</c>, <c>slot</c>, <c>previous-stage</c>, <c>soak</c>, <c>approval</c>, <c>signature</c>,
/// <c>branch</c>, <c>route</c>, <c>policy</c>.</param>
/// <param name="Sentence">A complete sentence for people.</param>
/// <param name="EarliestAt">When time alone can clear it; null when time does not clear it.</param>
/// <param name="ClearedBy">Who or what can clear it: a group, a stage, a promotion; null when only time does.</param>
public sealed record Blocker(string Gate, string Sentence, DateTimeOffset? EarliestAt, string? ClearedBy);
