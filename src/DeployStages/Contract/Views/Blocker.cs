namespace Pipeline.DeployStages.Contract.Views;

/// <summary>One reason why a promotion does not go on. A promotion carries all of them at once.</summary>
/// <param name="Gate">Stable code: <c>hold</c>, <c>slot</c>, <c>previous-stage</c>, <c>soak</c>, <c>approval</c>, <c>signature</c>,
/// <c>branch</c>, <c>policy</c>.</param>
/// <param name="Sentence">For people, complete by itself.</param>
/// <param name="EarliestAt">When it can clear by time alone; null when time does not clear it.</param>
/// <param name="ClearedBy">Who or what can clear it: a group, a stage, a promotion; null when only time does.</param>
public sealed record Blocker(string Gate, string Sentence, DateTimeOffset? EarliestAt, string? ClearedBy);
