using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.Scheduler.Contract;

// What API and UI show. Memory and disk in MiB, cpus in cores. States are kebab-case words: "running", "failed-over".

/// <param name="State"><c>connecting</c>, <c>subscribed</c>, <c>disconnected</c>, <c>failed-over</c>, <c>removed</c>, <c>unauthorized</c>,
/// <c>refused</c>.</param>
/// <param name="Leader">Host and process that leads the cluster; null when nobody does.</param>
public sealed record ClusterView(
    string Name, string State, string? Detail, string? FrameworkId, string? Master, string? MasterVersion, string? Leader,
    DateTimeOffset? LeaderSince, long Epoch, int Agents, int ActiveTasks, int PendingTasks, int UnreachableTasks, int ActiveDeploys)
{
    /// <summary>The newest; null before the first.</summary>
    public ReconciliationView? Reconciliation { get; init; }
}

/// <summary>The master is asked about every task that it should have.</summary>
/// <param name="State"><c>running</c> while some are not answered for, then <c>done</c>.</param>
/// <param name="Tasks">That were asked about.</param>
public sealed record ReconciliationView(string State, DateTimeOffset Since, DateTimeOffset? Until, int Tasks);

/// <summary>Nothing below the level starts in the cluster.</summary>
/// <param name="Kill">What ran below it was killed, and returns when the freeze ends.</param>
/// <param name="Until">When it ends by itself; null: never.</param>
public sealed record PriorityFreezeView(
    decimal Level, bool Kill, string By, string? Reason, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>What an operator forced on the placement of everything in the cluster.</summary>
/// <param name="Strategy">Null: as each request says.</param>
/// <param name="RackSensitive">Null: as each request says.</param>
public sealed record PlacementForcedView(string? Strategy, bool? RackSensitive, string By, string? Reason, DateTimeOffset Since);

/// <param name="State"><c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>, <c>missing-on-start</c>, <c>dead</c>.</param>
/// <param name="Total">The most that the agent offered together with what our tasks hold: other frameworks' tasks are not in it.</param>
public sealed record AgentView(
    string Cluster, string Id, string Host, string Address, string Url, string Rack, IReadOnlyDictionary<string, string> Attributes,
    string State, ResourcesView Used, ResourcesView Total, int Tasks, DateTimeOffset SeenAt)
{
    /// <summary>What was decided about its host or its rack; null: nothing, ever.</summary>
    public MachineView? Machine { get; init; }
}

public sealed record ResourcesView(decimal Cpus, decimal MemoryMb, decimal DiskMb);

/// <summary>An offer that the scheduler holds at this moment; shown by the server that leads the cluster only.</summary>
public sealed record OfferView(string Cluster, string Id, string AgentId, string Host, string Rack, ResourcesView Resources, int Ports,
    DateTimeOffset Since);

/// <param name="Kind"><c>service</c>, <c>worker</c>, <c>run-once</c>, <c>cron</c>, <c>on-demand</c>.</param>
/// <param name="State"><c>active</c>, <c>paused</c>, <c>cooldown</c>, <c>finished</c>, <c>removing</c>, <c>removed</c>.</param>
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
/// <param name="Until">When it ends by itself; null: never.</param>
public sealed record RequestChangeView(string What, string Value, string By, string? Reason, DateTimeOffset Since, DateTimeOffset? Until);

/// <param name="Kind"><c>fast</c>, <c>slow</c>, <c>startup</c>, <c>out-of-memory</c>, <c>single-instance</c>, <c>multi-instance</c>,
/// <c>unexpected-exits</c>.</param>
/// <param name="Until">Null while it goes on.</param>
public sealed record CrashLoopView(string Kind, DateTimeOffset Since, DateTimeOffset? Until);

/// <param name="State"><c>deploying</c>, <c>retiring</c>, <c>active</c>, <c>superseded</c>, <c>succeeded</c>, <c>failed</c>,
/// <c>cancelled</c>.</param>
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
public sealed record RolloutView(int Group, int Groups, int Proven, DateTimeOffset? HealthySince, string Acceptance, int Failures);

/// <param name="State">
/// <c>pending</c>, <c>launching</c>, <c>starting</c>, <c>running</c>, <c>killing</c>, <c>unreachable</c>, <c>finished</c>, <c>failed</c>,
/// <c>killed</c>, <c>lost</c>.
/// </param>
/// <param name="WhyPending">Why it is not placed; only while it is pending.</param>
public sealed record TaskView(
    string Cluster, string Id, string RequestId, string DeployId, int Instance, int Attempt, string State, bool Healthy,
    string? AgentId, string? Host, string? Rack, IReadOnlyList<int> Ports, ResourcesView Resources,
    DateTimeOffset CreatedAt, DateTimeOffset? LaunchedAt, DateTimeOffset? RunningAt, DateTimeOffset? HealthyAt, DateTimeOffset? EndedAt,
    string? Outcome, string? FailureClass, int? ExitCode, string? Reason, string? WhyPending, string? Commit);

/// <summary>A task with all that is known of it.</summary>
/// <param name="Environment">By name. What the agent adds of its own is not in it.</param>
public sealed record TaskDetails(
    TaskView Task, IReadOnlyList<StatusView> Statuses, IReadOnlyList<ProbeView> Probes, IReadOnlyList<EnvironmentView> Environment,
    IReadOnlyList<string> OfferIds, AgentView? Agent, JournalSubject Subject);

/// <param name="Value">The word <c>hidden</c> when it may be a secret.</param>
/// <param name="Source">Who set it: <c>scheduler</c>, <c>deploy</c> or <c>run</c>.</param>
public sealed record EnvironmentView(string Name, string Value, bool Hidden, string Source);

public sealed record StatusView(DateTimeOffset At, string State, string? Source, string? Reason, string? Message, bool? Healthy);

/// <param name="Detail">The first kilobyte of the body, or the error.</param>
public sealed record ProbeView(DateTimeOffset At, double DurationMilliseconds, bool Passed, int? Status, string? Detail);

/// <summary>Why a task is not placed.</summary>
public sealed record PendingView(string Cluster, string TaskId, string RequestId, string DeployId, DateTimeOffset Since, string Reason,
    string? Commit);

/// <summary>Which tasks to list; a null field matches all.</summary>
public sealed record TaskFilter(string? Cluster = null, string? RequestId = null, string? DeployId = null, CommitSha? Commit = null,
    bool ActiveOnly = false);
