using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core.Model;

/// <summary>One attempt to run one instance of a deploy. Its id is never used again.</summary>
internal sealed record TaskRecord(string Id, string RequestId, string DeployId, int Instance, int Attempt, ResourceNeed Needs,
    DateTimeOffset CreatedAt)
{
    public TaskPhase Phase { get; init; } = TaskPhase.Pending;
    public JournalSubject Subject { get; init; } = JournalSubject.None;

    /// <summary>Whose quota it counts against. Not stored: it is in the spec of its deploy.</summary>
    public string? Owner { get; init; }
    public string? AgentId { get; init; }
    public string? Host { get; init; }
    public string? Address { get; init; }
    public string? Rack { get; init; }
    public IReadOnlyList<string> OfferIds { get; init; } = [];
    public IReadOnlyList<int> Ports { get; init; } = [];
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? LaunchedAt { get; init; }
    public DateTimeOffset? RunningAt { get; init; }
    public DateTimeOffset? HealthyAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public KillCause? KillCause { get; init; }
    public string? KillReason { get; init; }
    public Outcome? Outcome { get; init; }
    public FailureClass? FailureClass { get; init; }
    public int? ExitCode { get; init; }
    public string? Reason { get; init; }
    public string? Why { get; init; }

    /// <summary>The key of the report that says why it waits: see <c>WhyReport</c>.</summary>
    public string? Shape { get; init; }

    /// <summary>It should go, but only once what replaces it is healthy.</summary>
    public Leaving? Leaving { get; init; }

    /// <summary>Its readiness is not checked: it counts as healthy as soon as it runs.</summary>
    public bool SkipHealth { get; init; }

    public bool IsLive => EndedAt is null;

    /// <summary>It counts as its instance: it is not meant to go for good.</summary>
    public bool FillsPlace => IsLive && Leaving is null && KillCause is not Model.KillCause.Retired;

    /// <summary>It runs, passed its readiness check, and is not being killed.</summary>
    public bool IsHealthy => Phase == TaskPhase.Running && HealthyAt is not null && KillCause is null;
}

/// <summary>Marks a task that is replaced first and killed then. Another instance with its number takes its place.</summary>
internal sealed record Leaving(LeaveCause Cause, string Reason, DateTimeOffset Since);

internal enum LeaveCause
{
    /// <summary>All instances are replaced; killed together when all replacements are healthy.</summary>
    Bounce,

    /// <summary>Instances are replaced a few at a time; killed as soon as the instance with its number is healthy.</summary>
    IncrementalBounce,

    /// <summary>One task is replaced; killed as soon as the instance with its number is healthy.</summary>
    Replace,

    /// <summary>Its agent is emptied; killed as soon as the instance with its number is healthy.</summary>
    Drain,

    /// <summary>Its deploy failed; killed when the active deploy is back at its target.</summary>
    DeployFailed,

    /// <summary>Its agent is out of sight; given up as soon as the instance with its number is healthy.</summary>
    Unreachable,
}

internal enum TaskPhase
{
    Pending,

    /// <summary>Durable, ACCEPT sent or about to be; no status yet.</summary>
    Launching,

    Starting,
    Running,
    Killing,

    /// <summary>Its agent is out of the master's sight: it may run, and may come back.</summary>
    Unreachable,

    Finished,
    Failed,
    Killed,

    /// <summary>Gone without a final status, or given up. Should the master report it again, it is killed.</summary>
    Lost,
}

/// <summary>Why we kill a task; decides what its end means.</summary>
internal enum KillCause
{
    /// <summary>Not wanted any more: another deploy took over, its deploy failed, its request was removed.</summary>
    Retired,

    /// <summary>Somebody cancelled its run.</summary>
    Cancelled,

    /// <summary>Somebody killed it; an instance of a service is replaced.</summary>
    Operator,

    /// <summary>It did not pass its readiness check in time.</summary>
    Unready,

    /// <summary>It ran longer than it may.</summary>
    Overtime,

    /// <summary>It did not run long after it was launched: its agent or image is at fault, not the program.</summary>
    NotStarted,

    /// <summary>A freeze of launches killed what is less important; it starts again when the freeze is lifted.</summary>
    Priority,
    /// <summary>The time to leave its agent was over. Infra: it is started again elsewhere.</summary>
    Machine,
}
