using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>
/// Gives the free resources of each agent to the framework and role with the smallest dominant share (DRF), all of an agent to one.
/// Called with the lock held: every second, and whenever a framework could take what just became free.
/// </summary>
public sealed class Allocator(MasterState state)
{
    // Mesos offers nothing smaller: 0.01 cores or 32 MiB.
    private const long LeastCpus = 10;
    private const long LeastMemory = 32_000;

    public void Allocate()
    {
        var agents = state.Agents.Where(a => a.CanBeOffered && IsWorthOffering(a.Free)).ToList();
        if (agents.Count == 0)
            return;
        var claims = Claims();
        var total = (Cpus: state.Agents.Sum(a => a.Total.Cpus), Memory: state.Agents.Sum(a => a.Total.Memory));
        var made = new Dictionary<Framework, List<W.Offer>>();
        foreach (var agent in agents)
        {
            if (claims.Where(c => c.Wants(agent)).MinBy(c => (c.ShareOf(total), c.Framework.OffersMade)) is not { } claim)
                continue;
            var offer = new OutstandingOffer(state.NextOfferId(), claim.Framework, agent, claim.Role, agent.Free);
            state.Offers.Add(offer.Id, offer);
            agent.Free = agent.Free.Minus(offer.Resources);
            claim.Hold(offer.Resources);
            claim.Framework.OffersMade++;
            if (!made.TryGetValue(claim.Framework, out var list))
                made.Add(claim.Framework, list = []);
            list.Add(Wire(offer));
        }

        foreach (var (framework, offers) in made)
            framework.Send(new W.Event { Type = W.Event.Types.Type.Offers, Offers = new W.Event.Types.Offers { Offers_ = { offers } } });
    }

    public static W.Offer Wire(OutstandingOffer offer)
    {
        var identity = offer.Agent.Agent.Identity;
        var role = offer.Framework.IsMultiRole ? offer.Role : null;
        var wire = new W.Offer
        {
            Id = new W.OfferID { Value = offer.Id },
            FrameworkId = new W.FrameworkID { Value = offer.Framework.Id },
            AgentId = new W.AgentID { Value = identity.Id },
            Hostname = identity.Hostname,
            Url = new W.URL
            {
                Scheme = "http",
                Address = new W.Address { Hostname = identity.Hostname, Ip = "127.0.0.1", Port = offer.Agent.Agent.Ports.ApiPort },
                Path = "/slave(1)",
            },
            Resources = { offer.Resources.ToWire(role) },
            Attributes = { Attributes(identity.Rack) },
        };
        if (role is not null)
            wire.AllocationInfo = new W.Resource.Types.AllocationInfo { Role = role };
        return wire;
    }

    public static IEnumerable<W.Attribute> Attributes(string rack) =>
        [new W.Attribute { Name = "rack", Type = W.Value.Types.Type.Text, Text = new W.Value.Types.Text { Value = rack } }];

    private static bool IsWorthOffering(ResourceSet free) => free.Cpus >= LeastCpus || free.Memory >= LeastMemory;

    /// <summary>Who could be offered anything, with what each holds already.</summary>
    private List<Claim> Claims()
    {
        var claims = new List<Claim>();
        foreach (var framework in state.Frameworks.Values.Where(f => f.Connected))
        {
            framework.Filters.RemoveAll(f => f.Until <= state.Now);
            foreach (var role in framework.Roles.Where(r => !framework.SuppressedRoles.Contains(r)))
            {
                var claim = new Claim(framework, role);
                foreach (var task in framework.Tasks.Values.Where(t => t.Role == role && !t.State.IsTerminal()))
                    claim.Hold(task.Resources);
                foreach (var offer in state.Offers.Values.Where(o => o.Framework == framework && o.Role == role))
                    claim.Hold(offer.Resources);
                claims.Add(claim);
            }
        }

        return claims;
    }

    private sealed class Claim(Framework framework, string role)
    {
        private long cpus;
        private long memory;

        public Framework Framework => framework;

        public string Role => role;

        public void Hold(ResourceSet resources) => (cpus, memory) = (cpus + resources.Cpus, memory + resources.Memory);

        public double ShareOf((long Cpus, long Memory) total) =>
            Math.Max((double)cpus / Math.Max(1, total.Cpus), (double)memory / Math.Max(1, total.Memory));

        public bool Wants(AgentSlot agent) =>
            !framework.Filters.Exists(f => f.Role == role && f.AgentId == agent.Id && f.Resources.Contains(agent.Free));
    }
}
