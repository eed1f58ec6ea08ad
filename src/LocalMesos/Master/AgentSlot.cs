using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>What an agent is to its master.</summary>
public enum AgentPresence
{
    Registered,

    /// <summary>Did not answer pings; may come back.</summary>
    Unreachable,

    /// <summary>Said goodbye, or was taken down for maintenance: nothing is known of its tasks.</summary>
    Removed,

    /// <summary>Marked gone by an operator, for ever.</summary>
    Gone,

    /// <summary>In the registry of a restarted master, not back yet.</summary>
    Recovered,
}

/// <summary>The master's view of an agent. Guarded by the cluster's lock.</summary>
public sealed class AgentSlot(Agent agent, ResourceSet total, DateTimeOffset registered)
{
    public Agent Agent => agent;

    public string Id => agent.Identity.Id;

    public ResourceSet Total { get; set; } = total;

    /// <summary>Neither offered nor in use by a task.</summary>
    public ResourceSet Free { get; set; } = total;

    public DateTimeOffset Registered { get; set; } = registered;

    public DateTimeOffset? Reregistered { get; set; }

    /// <summary>Anything but Registered: no offers, its tasks are lost in one way or another.</summary>
    public AgentPresence Presence { get; set; }

    public bool IsRegistered => Presence == AgentPresence.Registered;

    /// <summary>True between a broken connection and the ping time-out.</summary>
    public bool IsDisconnected { get; set; }

    /// <summary>By an operator: tasks run on, no offers.</summary>
    public bool IsDeactivated { get; set; }

    public W.DrainInfo? Drain { get; set; }

    public DateTimeOffset DrainStarted { get; set; }

    /// <summary>Scheduled maintenance; null when there is none.</summary>
    public W.Unavailability? Unavailability { get; set; }

    public DateTimeOffset? UnreachableSince { get; set; }

    public ITimer? PingTimeout { get; set; }

    public bool CanBeOffered => IsRegistered && !IsDisconnected && !IsDeactivated;

    public W.MachineID Machine => new() { Hostname = agent.Identity.Hostname, Ip = "127.0.0.1" };

    public W.URL Url => new()
    {
        Scheme = "http",
        Address = new W.Address { Hostname = agent.Identity.Hostname, Ip = "127.0.0.1", Port = agent.Ports.ApiPort },
        Path = "/slave(1)",
    };

    /// <summary>Named by a person: <c>S0 at slave(1)@127.0.0.1:5051 (localhost)</c>.</summary>
    public override string ToString() => $"{Id} at slave(1)@{agent.Endpoint} ({agent.Identity.Hostname})";
}
