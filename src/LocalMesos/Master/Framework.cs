using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;
using Capability = Pipeline.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;

namespace Pipeline.LocalMesos.Master;

/// <summary>Resources that a framework declined: it sees them again after <paramref name="Until"/>.</summary>
public sealed record OfferFilter(string Role, string AgentId, ResourceSet Resources, DateTimeOffset Until);

/// <summary>A framework as the master knows it. Guarded by the cluster's lock.</summary>
public sealed class Framework(string id, W.FrameworkInfo info, DateTimeOffset registered)
{
    public string Id => id;

    public W.FrameworkInfo Info { get; set; } = info;

    public DateTimeOffset Registered { get; } = registered;

    public DateTimeOffset Reregistered { get; set; } = registered;

    public EventStream? Stream { get; set; }

    public bool Connected => Stream is not null;

    /// <summary>Runs while the framework is disconnected; at its end everything of it is removed.</summary>
    public ITimer? FailoverTimer { get; set; }

    /// <summary>Breaks ties between frameworks that hold the same: nobody starves behind one that only declines.</summary>
    public long OffersMade { get; set; }

    /// <summary>When it was removed.</summary>
    public DateTimeOffset? Unregistered { get; set; }

    /// <summary>Known from its tasks only: it has not come back since the master was restarted.</summary>
    public bool IsRecovered { get; set; }

    /// <summary>Which agents it wants, by role; null when it did not say.</summary>
    public OfferConstraints? Constraints { get; set; }

    /// <summary>Executors that run more than one task, by agent and id.</summary>
    public Dictionary<(string Agent, string Executor), MasterExecutor> Executors { get; } = [];

    public List<OutstandingInverseOffer> InverseOffers { get; } = [];

    /// <summary>Operations with an id, by it.</summary>
    public Dictionary<string, W.OperationStatus> Operations { get; } = [];

    public HashSet<string> SuppressedRoles { get; } = [];

    public List<OfferFilter> Filters { get; } = [];

    /// <summary>Every task that is not over and acknowledged, unreachable ones included.</summary>
    public Dictionary<string, MasterTask> Tasks { get; } = [];

    /// <summary>The latest that ended, for the operator API.</summary>
    public Queue<MasterTask> CompletedTasks { get; } = new();

    public bool IsMultiRole => Has(Capability.MultiRole);

    /// <summary>Sees reservations in the new form, and resources without <c>role</c>.</summary>
    public bool HasReservationRefinement => Has(Capability.ReservationRefinement);

    public bool IsPartitionAware => Has(Capability.PartitionAware);

    public bool HasTaskKillingState => Has(Capability.TaskKillingState);

    public IReadOnlyList<string> Roles => IsMultiRole ? Info.Roles : [Info.HasRole ? Info.Role : "*"];

    public void Send(W.Event e) => Stream?.Send(e);

    private bool Has(Capability capability) => Info.Capabilities.Any(c => c.Type == capability);
}

/// <summary>A task as the master knows it.</summary>
public sealed class MasterTask(W.TaskInfo info, string role, ResourceSet resources)
{
    public W.TaskInfo Info => info;

    public string Id => info.TaskId.Value;

    public string AgentId => info.AgentId.Value;

    public string Role => role;

    public ResourceSet Resources => resources;

    public W.TaskState State { get; set; } = W.TaskState.TaskStaging;

    /// <summary>The latest status that came from the agent.</summary>
    public W.TaskStatus? Latest { get; set; }

    /// <summary>All that was said of it; of two in a row with the same state the later one.</summary>
    public List<W.TaskStatus> Statuses { get; } = [];

    /// <summary>What the agent last sent, as the operator API shows it.</summary>
    public W.TaskStatus? LastSent { get; set; }

    /// <summary>Null for a command task, whose executor has its id.</summary>
    public string? ExecutorId { get; init; }

    public void Heard(W.TaskStatus status)
    {
        if (Statuses.Count > 0 && Statuses[^1].State == status.State)
            Statuses.RemoveAt(Statuses.Count - 1);
        Statuses.Add(status);
    }

    /// <summary>Set while the agent is unreachable.</summary>
    public DateTimeOffset? UnreachableSince { get; set; }
}

/// <summary>An offer that a framework holds.</summary>
public sealed record OutstandingOffer(string Id, Framework Framework, AgentSlot Agent, string Role, ResourceSet Resources)
{
    /// <summary>Rescinds it; null without <c>--offer_timeout</c>.</summary>
    public ITimer? Timeout { get; set; }
}

/// <summary>The question whether an agent may be taken away.</summary>
public sealed record OutstandingInverseOffer(string Id, Framework Framework, AgentSlot Agent);

/// <summary>An executor that runs more than one task, as the master knows it.</summary>
public sealed record MasterExecutor(W.ExecutorInfo Info, string AgentId, string Role, ResourceSet Resources);
