using Pipeline.Mesos.Client;

namespace Pipeline.Scheduler.Contract;

/// <summary>
/// The policy of a deploy beyond what it runs: immutable, versioned with it, and in force only while it is. Every part has defaults, so
/// that a submission names only what it cares about, and an old row reads as it was meant.
/// </summary>
public sealed record DeployOptions
{
    public static readonly DeployOptions Default = new();

    public Placement Placement { get; init; } = new();
    public Unreachable Unreachable { get; init; } = new();
    public Limits Limits { get; init; } = new();
    public Rollout Rollout { get; init; } = new();
    public Retry Retry { get; init; } = new();

    /// <summary>When runs start by themselves: kind cron only, and needed there.</summary>
    public Schedule? Schedule { get; init; }

    public OnDemand OnDemand { get; init; } = new();
    public Probing Probing { get; init; } = new();

    /// <summary>The agent's own check of one instance, much later than readiness.</summary>
    public Liveness Liveness { get; init; } = new();

    /// <summary>0 to 1; null by kind: service 0.7, worker 0.5, others 0.3.</summary>
    public decimal? Priority { get; init; }

    /// <summary>Whose quota and share its tasks count against; null: nobody's in particular.</summary>
    public string? Owner { get; init; }

    /// <summary>A run ends after this long, as failed. Null: no limit. Services and workers have none.</summary>
    public TimeSpan? RunLimit { get; init; }

    /// <summary>A run that takes longer is told of once, and goes on. Null: twice as long as its last runs took on average.</summary>
    public TimeSpan? ExpectedRunTime { get; init; }

    /// <summary>How long runs of a replaced deploy may go on. Zero ends them at once.</summary>
    public TimeSpan KillOldAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The pause before whatever replaces a finished task.</summary>
    public TimeSpan WaitAfterTask { get; init; } = TimeSpan.Zero;

    /// <summary>The deploy may succeed without its readiness check.</summary>
    public bool SkipHealth { get; init; }

    /// <summary>To a paused request: start it, and resume the request when the deploy wins. Without it such a deploy is refused.</summary>
    public bool Unpause { get; init; }

    /// <summary>The most instances that a scale may ask for; null: only the cluster's bound.</summary>
    public int? MaxInstances { get; init; }
}

/// <summary>Where instances may go and how they spread.</summary>
/// <param name="RackSensitive">Even over the racks: no rack gets one more before every rack has its share.</param>
/// <param name="RackAffinity">Only these racks; empty: any.</param>
/// <param name="RequiredAttributes">All must match.</param>
/// <param name="AllowedAttributes">Unlock agents reserved by them; agents that match are preferred.</param>
/// <param name="LiteralPorts">Host ports that the agent must offer, besides the dynamic ones.</param>
/// <param name="SameHostBounce">A bounce may put a replacement beside the instance that it replaces.</param>
/// <param name="Role">The Mesos role that resources must be reserved for; null: the framework's.</param>
public sealed record Placement(
    PlacementStrategy Strategy = PlacementStrategy.Balanced, bool RackSensitive = false, bool SameHostBounce = false, string? Role = null)
{
    public IReadOnlyList<string> RackAffinity { get; init; } = [];
    public IReadOnlyDictionary<string, string> RequiredAttributes { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> AllowedAttributes { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<AttributeMinimum> AttributeMinimums { get; init; } = [];
    public IReadOnlyList<int> LiteralPorts { get; init; } = [];

    /// <summary>With <see cref="RackSensitive"/>: shared out as if there were so many racks; null: as many as there are.</summary>
    public int? ExpectedRacks { get; init; }
}

/// <summary>At least this share of the instances runs on agents with the attribute.</summary>
public sealed record AttributeMinimum(string Attribute, string Value, int Percent);

public enum PlacementStrategy
{
    /// <summary>Fewest instances on the agent, then on the rack.</summary>
    Balanced,

    /// <summary>Wherever it fits first.</summary>
    Greedy,

    /// <summary>At most one instance of a deploy on an agent.</summary>
    SeparateByDeploy,

    /// <summary>At most one instance of the request on an agent, whatever the deploy.</summary>
    SeparateByRequest,

    /// <summary>About as many on an agent as the others have.</summary>
    Optimistic,

    /// <summary>One on every active agent; the number of instances follows the number of agents.</summary>
    SpreadAll,
}

/// <param name="ReplaceAfter">An unreachable instance is replaced after this long; null: the cluster's.</param>
/// <param name="Never">It is never replaced while the master calls it unreachable.</param>
/// <param name="KillReturned">What returns after it was replaced is killed; otherwise it is taken up again and the surplus leaves.</param>
public sealed record Unreachable(TimeSpan? ReplaceAfter = null, bool KillReturned = true, bool Never = false);

/// <summary>
/// What a task may use at most, where its agent can tell need and limit apart (TaskInfo.limits, Mesos 1.10 with control groups). Null: as
/// much as it needs; <see cref="Unlimited"/>: whatever its agent has.
/// </summary>
public sealed record Limits(decimal? Cpus = null, decimal? MemoryMb = null)
{
    public const decimal Unlimited = decimal.MaxValue;
}

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

    public bool IsIncremental => Groups.Count > 0;
}

/// <summary>A number of instances, or a percentage of them (rounded up).</summary>
public sealed record Share(int Value, bool Percent = false)
{
    public int Of(int instances) => Math.Clamp(Percent ? (instances * Value + 99) / 100 : Value, 1, Math.Max(instances, 1));
}

public enum Acceptance
{
    /// <summary>Healthy is enough.</summary>
    Automatic,

    /// <summary>Healthy, and the pause is over.</summary>
    Timed,

    /// <summary>Healthy, and somebody said <c>advance</c>.</summary>
    Manual,

    /// <summary>Healthy, and a check from outside accepted the group; when it rejects, the deploy fails.</summary>
    Checked,
}

/// <param name="Times">How often a run that failed by itself is started again; what a person killed is not.</param>
/// <param name="Backoff">Before the first retry; doubles.</param>
public sealed record Retry(int Times = 0, TimeSpan Backoff = default);

/// <param name="Cron">5 fields, or 6 with seconds first.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="CatchUp">What happens to fire times that passed while nobody could start them.</param>
/// <param name="CatchUpWindow">Older ones are never caught up.</param>
public sealed record Schedule(
    string Cron, string TimeZone = "UTC", Overlap Overlap = Overlap.Skip, CatchUp CatchUp = CatchUp.None, TimeSpan? CatchUpWindow = null);

public enum Overlap
{
    /// <summary>The fire time passes while a run is under way.</summary>
    Skip,

    /// <summary>Runs may be under way beside each other.</summary>
    Allow,

    /// <summary>The run under way is killed.</summary>
    Replace,
}

public enum CatchUp
{
    None,

    /// <summary>The newest missed fire time is run once.</summary>
    Once,
}

/// <param name="MaxRunning">Runs under way or waiting at a time; null: any number.</param>
public sealed record OnDemand(int? MaxRunning = null);

/// <summary>More about the readiness check than <see cref="Readiness"/> says.</summary>
/// <param name="Delay">Before the first try.</param>
/// <param name="StartupInterval">Between tries while nothing answers; null: quick first, then the interval.</param>
/// <param name="MaxFailures">Answered but bad tries allowed; refused connections do not count. Null: only the start-up time limits.</param>
/// <param name="PortIndex">Of the allocated ports.</param>
/// <param name="PortNumber">A fixed port instead.</param>
/// <param name="HealthyAfter">Without a check: healthy after running for so long.</param>
public sealed record Probing(
    TimeSpan Delay = default, TimeSpan? StartupInterval = null, int? MaxFailures = null, bool Https = false, int PortIndex = 0,
    int? PortNumber = null, TimeSpan HealthyAfter = default)
{
    /// <summary>HTTP codes that fail the task at once.</summary>
    public IReadOnlyList<int> FailureCodes { get; init; } = [];
}

/// <param name="Interval">Null: that of readiness, at least 5 s.</param>
/// <param name="Failures">In a row until the agent kills the task.</param>
public sealed record Liveness(bool Enabled = true, TimeSpan? Interval = null, int Failures = 5, string? HttpPath = null);

/// <summary>What one run has of its own, over what its deploy says.</summary>
/// <param name="RunId">As its asker named it, or the fire time.</param>
/// <param name="Asked">A person or program asked for it; false for a fire of a schedule.</param>
/// <param name="NotBefore">Not placed earlier.</param>
public sealed record RunDetails(string RunId, bool Asked, DateTimeOffset? NotBefore)
{
    /// <summary>Appended to the command.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Over the deploy's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
