using System.Collections.ObjectModel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Placing;

/// <summary>What the held offers of one agent add up to, and what was placed on it in this pass.</summary>
/// <param name="total">All that the agent has, as far as we know; what is offered when nothing more is known.</param>
internal sealed class AgentSlot(
    string agentId, string host, string address, string rack, IReadOnlyDictionary<string, string> attributes, Amount total)
{
    private readonly List<PortRange> ports = [];
    private readonly Amount total = total;

    /// <summary>Ports that other programs had a while ago, whatever is offered: given only when there are no others.</summary>
    public IReadOnlySet<int> Taken { get; init; } = ReadOnlySet<int>.Empty;

    public string AgentId { get; } = agentId;
    public string Host { get; } = host;
    public string Address { get; } = address;
    public string Rack { get; } = rack;
    public IReadOnlyDictionary<string, string> Attributes { get; } = attributes;
    public Amount Total => Amount.Max(total, Free);
    public List<string> OfferIds { get; } = [];
    public List<TaskRecord> Placed { get; } = [];
    public Amount Free { get; private set; }
    public int FreePorts { get; private set; }

    /// <summary>The earliest maintenance that an offer of it told of.</summary>
    public MaintenanceWindow? Unavailability { get; private set; }

    /// <summary>Place in the order of all slots.</summary>
    public int Index { get; set; }

    public void Add(Offer offer)
    {
        OfferIds.Add(offer.Id);
        Free += Amount.Of(offer.Resources);
        ports.AddRange(offer.Resources.Ports);
        Merge();
        if (offer.Unavailability is { } window && (Unavailability is null || window.Start < Unavailability.Start))
            Unavailability = window;
    }

    public bool Holds(TaskShape shape) =>
        Free.Holds(shape.Need) && FreePorts >= shape.Ports + shape.LiteralPorts.Count
        && (shape.LiteralPorts.Count == 0 || shape.LiteralPorts.All(Offers));

    public bool Offers(int port) => ports.Exists(r => r.From <= port && port <= r.To);

    /// <summary>Takes the need out of what is free and gives the ports: the lowest ones that nobody is known to have, then those that were
    /// named.</summary>
    public IReadOnlyList<int> Take(TaskShape shape)
    {
        Free -= shape.Need;
        foreach (var port in shape.LiteralPorts)
            Remove(port);
        var given = new List<int>(shape.Ports + shape.LiteralPorts.Count);
        for (var i = 0; i < shape.Ports; i++)
        {
            given.Add(LowestPort());
            Remove(given[^1]);
        }

        given.AddRange(shape.LiteralPorts);
        return given;
    }

    private int LowestPort()
    {
        foreach (var range in ports)
        {
            for (var port = range.From; port <= range.To; port++)
            {
                if (!Taken.Contains(port))
                    return port;
            }
        }

        return ports[0].From;
    }

    private void Remove(int port)
    {
        var at = ports.FindIndex(r => r.From <= port && port <= r.To);
        var range = ports[at];
        FreePorts--;
        if (range.From == range.To)
            ports.RemoveAt(at);
        else if (port == range.From)
            ports[at] = range with { From = port + 1 };
        else if (port == range.To)
            ports[at] = range with { To = port - 1 };
        else
        {
            ports[at] = range with { To = port - 1 };
            ports.Insert(at + 1, range with { From = port + 1 });
        }
    }

    // Two offers may name the same port; it is there once.
    private void Merge()
    {
        ports.Sort((a, b) => a.From != b.From ? a.From.CompareTo(b.From) : a.To.CompareTo(b.To));
        for (var i = ports.Count - 1; i > 0; i--)
        {
            if (ports[i].From > ports[i - 1].To + 1)
                continue;
            ports[i - 1] = ports[i - 1] with { To = Math.Max(ports[i - 1].To, ports[i].To) };
            ports.RemoveAt(i);
        }

        FreePorts = ports.Sum(r => r.To - r.From + 1);
    }
}
