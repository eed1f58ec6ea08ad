namespace Pipeline.Scheduler.Contract.Views;

/// <param name="Cluster">The cluster's name.</param>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>service</c>, <c>worker</c>, <c>run-once</c>, <c>cron</c>, <c>on-demand</c>.</param>
/// <param name="State"><c>active</c>, <c>paused</c>, <c>cooldown</c>, <c>finished</c>, <c>removing</c>, <c>removed</c>.</param>
/// <param name="ActiveDeploy">The deploy in force; null: none.</param>
/// <param name="PendingDeploy">The deploy that rolls out; null: none.</param>
/// <param name="ActiveTasks">Live tasks that are placed.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record RequestView(
    string Cluster, string Id, string Kind, string State, string? ActiveDeploy, string? PendingDeploy, int ActiveTasks,
        DateTimeOffset CreatedAt)
{
    /// <summary>What people did to it, over what its deploys say.</summary>
    public IReadOnlyList<RequestChangeView> Changes { get; init; } = [];

    /// <summary>Of a cron.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>Patterns in its failures, newest last.</summary>
    public IReadOnlyList<CrashLoopView> CrashLoops { get; init; } = [];
}

/// <param name="What"><c>scale</c>, <c>pause</c>, <c>skip-health</c>, <c>priority</c>, <c>bounce</c>, <c>cooldown</c>.</param>
/// <param name="Value">What it is now, in words.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself; null: never.</param>
public sealed record RequestChangeView(string What, string Value, string By, string? Reason, DateTimeOffset Since, DateTimeOffset? Until);

/// <param name="Kind"><c>fast</c>, <c>slow</c>, <c>startup</c>, <c>out-of-memory</c>, <c>single-instance</c>, <c>multi-instance</c>,
/// <c>unexpected-exits</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Null while it goes on.</param>
public sealed record CrashLoopView(string Kind, DateTimeOffset Since, DateTimeOffset? Until);
