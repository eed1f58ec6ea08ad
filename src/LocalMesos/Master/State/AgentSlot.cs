using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>The master's view of an agent. Guarded by the cluster's lock.</summary>
/// <param name="total">What the agent has.</param>
internal sealed class AgentSlot(
    Agent agent, ResourceSet total, IReadOnlyList<(string Name, string Text)> attributes, DateTimeOffset registered)
{
    public Agent Agent => agent;

    public string Id => agent.Identity.Id;

    public string Hostname => agent.Identity.Hostname;

    public IReadOnlyList<(string Name, string Text)> Attributes => attributes;

    public IEnumerable<W.Attribute> WireAttributes => attributes.Select(a => new W.Attribute
    {
        Name = a.Name, Type = W.Value.Types.Type.Text, Text = new W.Value.Types.Text { Value = a.Text },
    });

    public ResourceSet Total { get; set; } = total;

    /// <summary>Neither offered nor used by a task.</summary>
    public ResourceSet Free { get; set; } = total;

    public DateTimeOffset Registered { get; set; } = registered;

    public DateTimeOffset? Reregistered { get; set; }

    /// <summary>Unless Registered, the agent is not offered and its tasks count as lost.</summary>
    public AgentPresence Presence { get; set; }

    public bool IsRegistered => Presence == AgentPresence.Registered;

    /// <summary>True between a broken connection and the ping timeout.</summary>
    public bool IsDisconnected { get; set; }

    /// <summary>By an operator: its tasks run on, but it is not offered.</summary>
    public bool IsDeactivated { get; set; }

    public W.DrainInfo? Drain { get; set; }

    public DateTimeOffset DrainStarted { get; set; }

    /// <summary>Scheduled maintenance; null when there is none.</summary>
    public W.Unavailability? Unavailability { get; set; }

    public DateTimeOffset? UnreachableSince { get; set; }

    /// <summary>Runs from the loss of the connection; null while there is one.</summary>
    public ITimer? PingTimeout { get; set; }

    public void StopPingTimeout()
    {
        PingTimeout?.Dispose();
        PingTimeout = null;
    }

    public bool CanBeOffered => IsRegistered && !IsDisconnected && !IsDeactivated;

    public W.MachineID Machine => new() { Hostname = Hostname, Ip = "127.0.0.1" };

    public W.URL Url => new()
    {
        Scheme = "http",
        Address = new W.Address { Hostname = Hostname, Ip = "127.0.0.1", Port = agent.Ports.ApiPort },
        Path = "/slave(1)",
    };

    /// <summary>As messages name it: <c>S0 at slave(1)@127.0.0.1:5051 (localhost)</c>.</summary>
    public override string ToString() => $"{Id} at slave(1)@{agent.Endpoint} ({Hostname})";
}
