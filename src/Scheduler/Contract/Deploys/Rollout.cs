namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>
/// How instances of a new deploy replace those of the old. Without groups all start beside the old, which leave together. With groups the
/// old leave as the new prove themselves.
/// </summary>
/// <param name="Acceptance">What lets the next group start once this one is healthy.</param>
/// <param name="Pause">Between groups, for <see cref="Acceptance.Timed"/>.</param>
/// <param name="AllowedFailures">Tasks of a group that may fail, and are replaced, before the deploy fails. Null: the cluster's number of
/// crashes over the whole deploy.</param>
/// <param name="StepBudget">Each group must be healthy after this long; null: the budget of the deploy for each.</param>
public sealed record Rollout(
    Acceptance Acceptance = Acceptance.Automatic, TimeSpan Pause = default, int? AllowedFailures = null, TimeSpan? StepBudget = null)
{
    /// <summary>How many instances run the new version after each group; a last group of all is implied.</summary>
    public IReadOnlyList<Share> Groups { get; init; } = [];

    /// <summary>Group by group, instead of all at once.</summary>
    public bool IsIncremental => Groups.Count > 0;
}

/// <summary>A number of instances, or a percentage of them (rounded up).</summary>
public sealed record Share(int Value, bool Percent = false)
{
    /// <summary>The share of so many instances: at least one, at most all.</summary>
    public int Of(int instances) => Math.Clamp(Percent ? (instances * Value + 99) / 100 : Value, 1, Math.Max(instances, 1));
}

/// <summary>What lets the next group of a roll-out start.</summary>
public enum Acceptance
{
    /// <summary>Healthy is enough.</summary>
    Automatic,

    /// <summary>Healthy, and the pause is over.</summary>
    Timed,

    /// <summary>Healthy, and an operator advanced the deploy.</summary>
    Manual,

    /// <summary>Healthy, and an external check accepted the group; when it rejects, the deploy fails.</summary>
    Checked,
}
