using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

/// <summary>What the held offers of one agent add up to, and what was placed on it in this pass.</summary>
internal sealed class AgentSlot(string agentId, string host, string address, string rack)
{
    private readonly List<PortRange> ports = [];

    public string AgentId { get; } = agentId;
    public string Host { get; } = host;
    public string Address { get; } = address;
    public string Rack { get; } = rack;
    public List<string> OfferIds { get; } = [];
    public List<TaskRecord> Placed { get; } = [];
    public Amount Free { get; private set; }
    public int FreePorts { get; private set; }

    public void Add(Offer offer)
    {
        OfferIds.Add(offer.Id);
        Free += Amount.Of(offer.Resources);
        ports.AddRange(offer.Resources.Ports);
        ports.Sort((a, b) => a.From.CompareTo(b.From));
        FreePorts += offer.Resources.Ports.Sum(r => r.To - r.From + 1);
    }

    public bool Holds(Amount need, int portCount) => Free.Holds(need) && FreePorts >= portCount;

    /// <summary>Takes the need out of what is free and gives the ports: the lowest ones.</summary>
    public IReadOnlyList<int> Take(Amount need, int portCount)
    {
        Free -= need;
        FreePorts -= portCount;
        var taken = new int[portCount];
        for (var i = 0; i < portCount; i++)
        {
            var first = ports[0];
            taken[i] = first.From;
            if (first.From == first.To)
                ports.RemoveAt(0);
            else
                ports[0] = first with { From = first.From + 1 };
        }

        return taken;
    }
}
