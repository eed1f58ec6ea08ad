using Pipeline.Kernel.Events;
using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

/// <summary>
/// What one step of the machine decided. Rows and events become durable in one transaction, the last value of each row wins; only then
/// are <see cref="Sends"/> carried out, in order.
/// </summary>
internal sealed class Effects
{
    public Dictionary<string, Request> Requests { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, Deploy> Deploys { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, TaskRecord> Tasks { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, AgentRecord> Agents { get; } = new(StringComparer.Ordinal);
    public HashSet<string> RemovedAgents { get; } = new(StringComparer.Ordinal);
    public Dictionary<(MachineKind Kind, string Name), MachineRecord> Machines { get; } = [];
    public HashSet<(MachineKind Kind, string Name)> RemovedMachines { get; } = [];
    public PlacementForced? Forced { get; set; }

    /// <summary>By key; null: nothing waits any more.</summary>
    public Dictionary<string, WhyReport?> Whys { get; } = new(StringComparer.Ordinal);

    /// <summary>The term began: what a former one knew of the reasons is old.</summary>
    public bool ForgetWhys { get; set; }
    public FrameworkRecord? Framework { get; set; }
    public FreezeChange? Freeze { get; set; }
    public List<TaskUpdateRow> Statuses { get; } = [];
    public List<ProbeAnswered> Probes { get; } = [];
    public List<NewJournalEntry> Events { get; } = [];
    public List<(long Id, CommandOutcome Outcome)> Answers { get; } = [];
    public List<Outgoing> Sends { get; } = [];

    /// <summary>Offers given back by this step, for the meters.</summary>
    public List<(DeclineReason Reason, int Offers)> Declines { get; } = [];

    public bool HasRows =>
        Requests.Count + Deploys.Count + Tasks.Count + Agents.Count + Statuses.Count + Probes.Count + Events.Count + Answers.Count > 0
            || RemovedAgents.Count + Machines.Count + RemovedMachines.Count + Whys.Count > 0
            || Framework is not null || Freeze is not null || Forced is not null || ForgetWhys;
}

/// <param name="Freeze">Null: it was lifted.</param>
internal sealed record FreezeChange(PriorityFreeze? Freeze);

/// <summary>An update as it is stored. Rows of tasks that are not ours are left out by the store.</summary>
internal sealed record TaskUpdateRow(Mesos.TaskStatus Status, DateTimeOffset At);

/// <summary>Something to do after the rows are durable.</summary>
internal abstract record Outgoing;

internal sealed record Call(MasterCall Message) : Outgoing;

/// <summary>ACCEPT: launches the tasks on all offers of their agent; the rest of the offers is declined for
/// <paramref name="Refuse"/>.</summary>
internal sealed record Launch(string AgentId, IReadOnlyList<string> OfferIds, IReadOnlyList<(TaskRecord Task, DeploySpec Spec)> Tasks,
    TimeSpan Refuse) : Outgoing;

/// <summary>One try of a readiness check; comes back as <see cref="ProbeAnswered"/>, always.</summary>
/// <param name="HttpPath">Null: TCP connect.</param>
internal sealed record RunProbe(string TaskId, string Address, int Port, string? HttpPath, TimeSpan Timeout, bool Https = false)
    : Outgoing;

/// <summary>Is this task, which the master knows and we do not hold, one of ours? Comes back as <see cref="LookedUp"/>.</summary>
internal sealed record LookUp(string TaskId, string? AgentId) : Outgoing;
