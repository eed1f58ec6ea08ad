using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>
/// Gives the free resources of each agent to one role, and in it to one framework: the ones with the smallest dominant share (DRF), then
/// those that were offered less often. Called with the lock held: with every cycle, and whenever somebody new may be offered something.
/// </summary>
public sealed class Allocator(MasterState state)
{
    // Mesos offers nothing smaller: 0.01 cores or 32 MiB.
    private const long LeastCpus = 10;
    private const long LeastMemory = 32_000;
    private readonly Dictionary<string, long> offersOfRole = [];

    /// <summary>Resources came free: a real master would wait for its next cycle, the product's tests and users should not. Where
    /// thousands of agents are looked through, it is the cycle.</summary>
    public void Freed()
    {
        if (state.Options is { Allocation: AllocationMode.Continuous, Virtual.Agents: 0 })
            Allocate();
    }

    /// <summary>What a role was offered is forgotten with the last framework that has it.</summary>
    public void ForgetUnusedRoles()
    {
        foreach (var role in offersOfRole.Keys.Where(r => !state.Frameworks.Values.Any(f => f.Roles.Contains(r))).ToList())
            offersOfRole.Remove(role);
    }

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
            if (Best(claims, agent, total) is not { } claim)
                continue;
            var offer = Make(claim, agent);
            if (!made.TryGetValue(claim.Framework, out var list))
                made.Add(claim.Framework, list = []);
            list.Add(Wire(offer, claim.Framework.HasReservationRefinement));
        }

        foreach (var (framework, offers) in made)
            framework.Send(new W.Event { Type = W.Event.Types.Type.Offers, Offers = new W.Event.Types.Offers { Offers_ = { offers } } });
    }

    /// <param name="offer">To be shown.</param>
    /// <param name="refined">Reservations in the new form, as operators always see them.</param>
    public W.Offer Wire(OutstandingOffer offer, bool refined)
    {
        var role = offer.Framework.IsMultiRole ? offer.Role : null;
        var wire = new W.Offer
        {
            Id = new W.OfferID { Value = offer.Id },
            FrameworkId = new W.FrameworkID { Value = offer.Framework.Id },
            AgentId = new W.AgentID { Value = offer.Agent.Id },
            Hostname = offer.Agent.Agent.Identity.Hostname,
            Url = offer.Agent.Url,
            Resources = { offer.Resources.ToWire(role, withRole: !refined) },
            Attributes = { Attributes(offer.Agent) },
            ExecutorIds = { ExecutorsOn(offer) },
            Unavailability = offer.Agent.Unavailability,
        };
        if (role is not null)
            wire.AllocationInfo = new W.Resource.Types.AllocationInfo { Role = role };
        return wire;
    }

    public IEnumerable<W.Attribute> Attributes(AgentSlot agent) => AttributesOf(agent).Select(a => new W.Attribute
    {
        Name = a.Name, Type = W.Value.Types.Type.Text, Text = new W.Value.Types.Text { Value = a.Text },
    });

    private IEnumerable<(string Name, string Text)> AttributesOf(AgentSlot agent) =>
        [("rack", agent.Agent.Identity.Rack), .. state.Options.Attributes];

    private static IEnumerable<W.ExecutorID> ExecutorsOn(OutstandingOffer offer) => offer.Framework.Executors.Values
        .Where(e => e.AgentId == offer.Agent.Id).Select(e => e.Info.ExecutorId);

    private static bool IsWorthOffering(ResourceSet free) => free.Cpus >= LeastCpus || free.Memory >= LeastMemory;

    private OutstandingOffer Make(Claim claim, AgentSlot agent)
    {
        var offer = new OutstandingOffer(state.NextOfferId(), claim.Framework, agent, claim.Role, agent.Free.For(claim.Role));
        state.Offers.Add(offer.Id, offer);
        agent.Free = agent.Free.Minus(offer.Resources);
        claim.Hold(offer.Resources);
        claim.Framework.OffersMade++;
        offersOfRole[claim.Role] = offersOfRole.GetValueOrDefault(claim.Role) + 1;
        if (state.Options.OfferTimeout is { } timeout)
            offer.Timeout = state.Time.CreateTimer(_ => TimedOut(offer), null, timeout, Timeout.InfiniteTimeSpan);
        return offer;
    }

    private void TimedOut(OutstandingOffer offer)
    {
        lock (state.Gate)
        {
            if (state.Offers.ContainsKey(offer.Id))
                state.RemoveOffer(offer, rescind: true);
        }
    }

    private Claim? Best(List<Claim> claims, AgentSlot agent, (long Cpus, long Memory) total) => claims
        .Where(c => c.Wants(agent) && Allows(c, agent) && IsWorthOffering(agent.Free.For(c.Role)))
        .MinBy(c => (
            claims.Where(other => other.Role == c.Role).Sum(other => other.ShareOf(total)), offersOfRole.GetValueOrDefault(c.Role),
            c.ShareOf(total), c.Framework.OffersMade));

    private bool Allows(Claim claim, AgentSlot agent) =>
        claim.Framework.Constraints?.Allow(claim.Role, agent.Agent.Identity, AttributesOf(agent)) ?? true;

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
        private readonly ILookup<string, OfferFilter> filters = framework.Filters.Where(f => f.Role == role).ToLookup(f => f.AgentId);
        private long cpus;
        private long memory;

        public Framework Framework => framework;

        public string Role => role;

        public void Hold(ResourceSet resources) => (cpus, memory) = (cpus + resources.Cpus, memory + resources.Memory);

        public double ShareOf((long Cpus, long Memory) total) =>
            Math.Max((double)cpus / Math.Max(1, total.Cpus), (double)memory / Math.Max(1, total.Memory));

        public bool Wants(AgentSlot agent) =>
            !filters[agent.Id].Any(f => f.Resources.Contains(agent.Free.For(role)));
    }
}
