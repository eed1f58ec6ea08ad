namespace Pipeline.Mesos;

// What a framework hears from a master, in plain records: no wire type leaves this project (LocalMesos, the other end of the wire,
// excepted).

/// <summary>Something the subscription brought, in the order of the stream.</summary>
public abstract record MasterEvent;

/// <summary>The subscription stands. Persist <paramref name="FrameworkId"/> before any other call.</summary>
public sealed record Subscribed(string FrameworkId, TimeSpan HeartbeatInterval, string MasterId, string MasterAddress,
    string MasterVersion) : MasterEvent;

public sealed record OffersReceived(IReadOnlyList<Offer> Offers) : MasterEvent;

/// <summary>The offer is no longer valid; an ACCEPT under way will come back as TASK_DROPPED with REASON_INVALID_OFFERS.</summary>
public sealed record OfferRescinded(string OfferId) : MasterEvent;

public sealed record InverseOffersReceived(IReadOnlyList<InverseOffer> Offers) : MasterEvent;

public sealed record InverseOfferRescinded(string OfferId) : MasterEvent;

public sealed record TaskUpdated(TaskStatus Status) : MasterEvent;

/// <summary>An agent was removed. Advisory: the updates of its tasks follow.</summary>
public sealed record AgentRemoved(string AgentId) : MasterEvent;

public sealed record ExecutorEnded(string AgentId, string ExecutorId, int? Status) : MasterEvent;

/// <summary>The connection is gone and will be made again; the client goes on by itself.</summary>
public sealed record Disconnected(string Reason) : MasterEvent;

/// <summary>The subscription ended for good; the enumeration ends after it.</summary>
public sealed record SubscriptionEnded(SubscriptionEnd End, string Reason) : MasterEvent;

public enum SubscriptionEnd
{
    /// <summary>Another scheduler subscribed with our id: stand by, never subscribe again by oneself.</summary>
    FailedOver,

    /// <summary>The framework was torn down or its failover timeout passed: a person must decide, a new id would start everything
    /// twice.</summary>
    FrameworkRemoved,

    /// <summary>401 or 403: principal or secret.</summary>
    Unauthorized,

    /// <summary>The master refuses our FrameworkInfo.</summary>
    Refused,
}

/// <param name="Address">Host name or IP of the agent, where its tasks can be reached.</param>
/// <param name="AgentUrl">Base URL of the agent's HTTP API, <c>http://host:port</c>.</param>
/// <param name="Unavailability">A maintenance window, when one is scheduled.</param>
public sealed record Offer(
    string Id, string AgentId, string Hostname, string Address, string AgentUrl, string Role,
    OfferedResources Resources, IReadOnlyDictionary<string, string> Attributes, MaintenanceWindow? Unavailability);

/// <summary>Scalars in the unit of Mesos (cpus in cores, memory and disk in MiB), exact to three decimals. Port ranges are
/// inclusive.</summary>
public sealed record OfferedResources(decimal Cpus, decimal MemoryMb, decimal DiskMb, IReadOnlyList<PortRange> Ports);

public readonly record struct PortRange(int From, int To);

public sealed record MaintenanceWindow(DateTimeOffset Start, TimeSpan? Duration);

public sealed record InverseOffer(string Id, string? AgentId, MaintenanceWindow Unavailability);

/// <param name="Uuid">Null for updates that the master made: those must not be acknowledged.</param>
/// <param name="Healthy">What the Mesos health check last said; null when it never spoke.</param>
public sealed record TaskStatus(
    string TaskId, TaskState State, string? AgentId, string? Source, string? Reason, string? Message,
    byte[]? Uuid, bool? Healthy, DateTimeOffset? Timestamp, string? ContainerId, string? ContainerAddress);

/// <summary>The states of the Mesos v1 API; a value that we do not know becomes <see cref="Unknown"/>.</summary>
public enum TaskState
{
    Staging,
    Starting,
    Running,
    Killing,
    Finished,
    Failed,
    Killed,
    Error,
    Lost,
    Dropped,
    Unreachable,
    Gone,
    GoneByOperator,
    Unknown,
}
