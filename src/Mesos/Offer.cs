namespace Pipeline.Mesos;

/// <summary>Resources of one agent that tasks can be launched on.</summary>
/// <param name="Address">Host name or IP of the agent, where its tasks can be reached.</param>
/// <param name="AgentUrl">Base URL of the agent's HTTP API, <c>http://host:port</c>.</param>
/// <param name="Unavailability">A maintenance window, when one is scheduled.</param>
public sealed record Offer(
    string Id, string AgentId, string Hostname, string Address, string AgentUrl, string Role,
    OfferedResources Resources, IReadOnlyDictionary<string, string> Attributes, MaintenanceWindow? Unavailability);

/// <summary>Scalars in the unit of Mesos (cpus in cores, memory and disk in MiB), exact to three decimals.</summary>
public sealed record OfferedResources(decimal Cpus, decimal MemoryMb, decimal DiskMb, IReadOnlyList<PortRange> Ports);

/// <summary>Inclusive.</summary>
public readonly record struct PortRange(int From, int To);

/// <summary>When an agent will be down.</summary>
/// <param name="Duration">Null when it is not known.</param>
public sealed record MaintenanceWindow(DateTimeOffset Start, TimeSpan? Duration);

/// <summary>The question to leave an agent before its maintenance.</summary>
/// <param name="AgentId">Null when it is about all agents.</param>
public sealed record InverseOffer(string Id, string? AgentId, MaintenanceWindow Unavailability);
