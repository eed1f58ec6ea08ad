using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Http;

namespace Pipeline.Scheduler.Core.Messages;

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

    /// <summary>A new term began: reports of the previous one are obsolete.</summary>
    public bool ForgetWhys { get; set; }
    public FrameworkRecord? Framework { get; set; }
    public FreezeChange? Freeze { get; set; }
    public List<TaskUpdateRow> Statuses { get; } = [];
    public List<ProbeCompleted> Probes { get; } = [];
    public List<NewJournalEntry> Events { get; } = [];
    public List<(long Id, CommandOutcome Outcome)> Answers { get; } = [];
    public List<Outgoing> Sends { get; } = [];

    /// <summary>Offers declined by this step, for the metrics.</summary>
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
