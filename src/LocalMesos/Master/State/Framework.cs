using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;
using Capability = Pipeline.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>Resources that a framework declined: it is not offered them before <paramref name="Until"/>.</summary>
internal sealed record OfferFilter(string Role, string AgentId, ResourceSet Resources, DateTimeOffset Until);

/// <summary>A framework as the master knows it. Guarded by the cluster's lock.</summary>
internal sealed class Framework(string id, W.FrameworkInfo info, DateTimeOffset registered)
{
    private const int MaxCompletedTasks = 1000;

    public string Id => id;

    public W.FrameworkInfo Info { get; set; } = info;

    public DateTimeOffset Registered { get; } = registered;

    public DateTimeOffset Reregistered { get; set; } = registered;

    public EventStream? Stream { get; set; }

    public bool Connected => Stream is not null;

    /// <summary>Runs while the framework is disconnected; at its end everything of it is removed.</summary>
    public ITimer? FailoverTimer { get; set; }

    /// <summary>Breaks ties between frameworks with the same share, so that none starves behind one that only declines.</summary>
    public long OffersMade { get; set; }

    /// <summary>When it was removed; null while it is not.</summary>
    public DateTimeOffset? Unregistered { get; set; }

    /// <summary>Known from its tasks only: it has not subscribed since the master restarted.</summary>
    public bool IsRecovered { get; set; }

    /// <summary>Which agents it accepts offers of, by role; null for any.</summary>
    public OfferConstraints? Constraints { get; set; }

    /// <summary>Executors that may run several tasks, by agent and id.</summary>
    public Dictionary<(string Agent, string Executor), MasterExecutor> Executors { get; } = [];

    /// <summary>The latest status of operations with an id, by that id.</summary>
    public Dictionary<string, W.OperationStatus> Operations { get; } = [];

    public HashSet<string> SuppressedRoles { get; } = [];

    public List<OfferFilter> Filters { get; } = [];

    /// <summary>Every task without an acknowledged terminal status, unreachable ones included.</summary>
    public Dictionary<string, MasterTask> Tasks { get; } = [];

    /// <summary>The latest tasks that ended, for the operator API.</summary>
    public Queue<MasterTask> CompletedTasks { get; } = new();

    public bool IsMultiRole => Has(Capability.MultiRole);

    /// <summary>Resources have <c>reservations</c> instead of <c>role</c> and <c>reservation</c>.</summary>
    public bool HasReservationRefinement => Has(Capability.ReservationRefinement);

    public bool IsPartitionAware => Has(Capability.PartitionAware);

    public bool HasTaskKillingState => Has(Capability.TaskKillingState);

    public IReadOnlyList<string> Roles => IsMultiRole ? Info.Roles : [Info.HasRole ? Info.Role : "*"];

    /// <summary>The task is over, and its framework knows.</summary>
    public void Complete(MasterTask task)
    {
        Tasks.Remove(task.Id);
        CompletedTasks.Enqueue(task);
        if (CompletedTasks.Count > MaxCompletedTasks)
            CompletedTasks.Dequeue();
    }

    /// <summary>Sends an event, if the framework is connected.</summary>
    public void Send(W.Event e) => Stream?.Send(e);

    private bool Has(Capability capability) => Info.Capabilities.Any(c => c.Type == capability);
}
