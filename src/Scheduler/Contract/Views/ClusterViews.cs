namespace Pipeline.Scheduler.Contract.Views;

/// <param name="Name">Its name.</param>
/// <param name="State"><c>connecting</c>, <c>subscribed</c>, <c>disconnected</c>, <c>failed-over</c>, <c>removed</c>, <c>unauthorized</c>,
/// <c>refused</c>.</param>
/// <param name="Detail">More about the state; null: there is nothing to say.</param>
/// <param name="FrameworkId">The framework's id at the master; null: none yet.</param>
/// <param name="Master">The master that leads; null: none yet.</param>
/// <param name="MasterVersion">Its Mesos version.</param>
/// <param name="Leader">Host and process that leads the cluster; null when nobody does.</param>
/// <param name="LeaderSince">Since when it leads.</param>
/// <param name="Epoch">The number of its term.</param>
/// <param name="Agents">Agents that live.</param>
/// <param name="ActiveTasks">Live tasks that are placed.</param>
/// <param name="PendingTasks">Tasks that wait for a place.</param>
/// <param name="UnreachableTasks">Tasks whose agent is out of reach.</param>
/// <param name="ActiveDeploys">Deploys that roll out.</param>
public sealed record ClusterView(
    string Name, string State, string? Detail, string? FrameworkId, string? Master, string? MasterVersion, string? Leader,
    DateTimeOffset? LeaderSince, long Epoch, int Agents, int ActiveTasks, int PendingTasks, int UnreachableTasks, int ActiveDeploys)
{
    /// <summary>The newest; null before the first.</summary>
    public ReconciliationView? Reconciliation { get; init; }
}

/// <summary>The newest reconciliation: the master reports the state of every task that it should have.</summary>
/// <param name="State"><c>running</c> while some are not answered for, then <c>done</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends; null: it has no end.</param>
/// <param name="Tasks">How many tasks were reconciled.</param>
public sealed record ReconciliationView(string State, DateTimeOffset Since, DateTimeOffset? Until, int Tasks);

/// <summary>Nothing below the level starts in the cluster.</summary>
/// <param name="Level">From 0 to 1.</param>
/// <param name="Kill">What ran below it was killed, and returns when the freeze ends.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself; null: never.</param>
public sealed record PriorityFreezeView(
    decimal Level, bool Kill, string By, string? Reason, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>What an operator forced on the placement of everything in the cluster.</summary>
/// <param name="Strategy">Null: as each request says.</param>
/// <param name="RackSensitive">Null: as each request says.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Since">Since when.</param>
public sealed record PlacementForcedView(string? Strategy, bool? RackSensitive, string By, string? Reason, DateTimeOffset Since);
