namespace Pipeline.Scheduler.Contract.Views;

/// <param name="Cluster">The cluster's name.</param>
/// <param name="Id">Its id.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="State"><c>deploying</c>, <c>retiring</c>, <c>active</c>, <c>superseded</c>, <c>succeeded</c>, <c>failed</c>,
/// <c>cancelled</c>.</param>
/// <param name="Instances">How many instances.</param>
/// <param name="HealthyInstances">How many of them are healthy.</param>
/// <param name="Crashes">How often an instance crashed.</param>
/// <param name="FailureClass">Whose fault the failure is.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Commit">The commit that it came from; null: none is known.</param>
/// <param name="Route">The path that traffic comes by; null: none.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="EndedAt">When it ended; null: it has not.</param>
public sealed record DeployView(
    string Cluster, string Id, string RequestId, string Kind, string State, int Instances, int HealthyInstances, int Crashes,
    string? FailureClass, string? Reason, string? Commit, string? Route, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    /// <summary>Why it failed, as a stable word: <c>failed-health-checks</c>, <c>overdue</c> …</summary>
    public string? Failure { get; init; }

    /// <summary>Of a run: the deploy that it runs.</summary>
    public string? Parent { get; init; }

    /// <summary>Of a roll-out by groups.</summary>
    public RolloutView? Rollout { get; init; }
}

/// <param name="Group">The group under way, from 1.</param>
/// <param name="Groups">How many there are.</param>
/// <param name="Proven">Instances of earlier groups: so many old ones have left.</param>
/// <param name="HealthySince">Since when the group waits to be accepted; null while it is not healthy.</param>
/// <param name="Acceptance"><c>automatic</c>, <c>timed</c>, <c>manual</c>, <c>checked</c>.</param>
/// <param name="Failures">Tasks of the group that failed.</param>
public sealed record RolloutView(int Group, int Groups, int Proven, DateTimeOffset? HealthySince, string Acceptance, int Failures);
