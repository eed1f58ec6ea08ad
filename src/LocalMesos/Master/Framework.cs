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

    public FrameworkStream? Stream { get; set; }

    public bool Connected => Stream is not null;

    /// <summary>Runs while the framework is disconnected; at its end everything of it is removed.</summary>
    public ITimer? FailoverTimer { get; set; }

    /// <summary>Breaks ties between frameworks that hold the same: nobody starves behind one that only declines.</summary>
    public long OffersMade { get; set; }

    public HashSet<string> SuppressedRoles { get; } = [];

    public List<OfferFilter> Filters { get; } = [];

    /// <summary>Every task that is not over and acknowledged, unreachable ones included.</summary>
    public Dictionary<string, MasterTask> Tasks { get; } = [];

    /// <summary>The latest that ended, for the operator API.</summary>
    public Queue<MasterTask> CompletedTasks { get; } = new();

    public bool IsMultiRole => Has(Capability.MultiRole);

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

    /// <summary>Set while the agent is unreachable.</summary>
    public DateTimeOffset? UnreachableSince { get; set; }
}

/// <summary>An offer that a framework holds.</summary>
public sealed record OutstandingOffer(string Id, Framework Framework, AgentSlot Agent, string Role, ResourceSet Resources);

/// <summary>The master's view of an agent.</summary>
public sealed class AgentSlot(Agent agent, ResourceSet total, DateTimeOffset registered)
{
    public Agent Agent => agent;

    public string Id => agent.Identity.Id;

    public ResourceSet Total { get; } = total;

    /// <summary>Neither offered nor in use by a task.</summary>
    public ResourceSet Free { get; set; } = total;

    public DateTimeOffset Registered => registered;

    public DateTimeOffset? Reregistered { get; set; }

    /// <summary>False from the moment the pings stay out: no offers, tasks are unreachable.</summary>
    public bool IsRegistered { get; set; } = true;

    /// <summary>True between a broken connection and the ping time-out.</summary>
    public bool IsDisconnected { get; set; }

    /// <summary>By an operator: tasks run on, no offers.</summary>
    public bool IsDeactivated { get; set; }

    public DateTimeOffset? UnreachableSince { get; set; }

    public ITimer? PingTimeout { get; set; }

    public bool CanBeOffered => IsRegistered && !IsDisconnected && !IsDeactivated;
}
