using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.Allocation;

/// <summary>
/// Offers the free resources of each agent to one role, and in it to one framework: those with the smallest dominant share (DRF), then
/// those with fewer offers so far. Called with the lock held: in every cycle, and whenever a framework becomes eligible for offers.
/// </summary>
internal sealed class Allocator(MasterState state)
{
    // --min_allocatable_resources=cpus:0.01|mem:32 in thousandths, the default.
    private const long MinCpus = 10;
    private const long MinMemory = 32_000;
    private readonly Dictionary<string, long> offersOfRole = [];

    /// <summary>Resources were freed. A real master waits for its next cycle; here users and tests should not have to, unless there are
    /// thousands of virtual agents to look through.</summary>
    public void AllocateFreed()
    {
        if (state.Options is { Allocation: AllocationMode.Continuous, Virtual.Agents: 0 })
            Allocate();
    }

    /// <summary>The offer counts of a role are forgotten with its last framework.</summary>
    public void ForgetUnusedRoles()
    {
        foreach (var role in offersOfRole.Keys.Where(r => !state.Frameworks.Values.Any(f => f.Roles.Contains(r))).ToList())
            offersOfRole.Remove(role);
    }

    public void Allocate()
    {
        var agents = state.Agents.Where(a => a.CanBeOffered && IsAllocatable(a.Free)).ToList();
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
            list.Add(offer.ToWire(claim.Framework.HasReservationRefinement));
        }

        foreach (var (framework, offers) in made)
            framework.Send(new W.Event { Type = W.Event.Types.Type.Offers, Offers = new W.Event.Types.Offers { Offers_ = { offers } } });
    }

    private static bool IsAllocatable(ResourceSet free) => free.Cpus >= MinCpus || free.Memory >= MinMemory;

    private OutstandingOffer Make(RoleClaim claim, AgentSlot agent)
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

    private RoleClaim? Best(List<RoleClaim> claims, AgentSlot agent, (long Cpus, long Memory) total) => claims
        .Where(c => c.Accepts(agent) && IsAllocatable(agent.Free.For(c.Role)))
        .MinBy(c => (
            claims.Where(other => other.Role == c.Role).Sum(other => other.ShareOf(total)), offersOfRole.GetValueOrDefault(c.Role),
            c.ShareOf(total), c.Framework.OffersMade));

    /// <summary>Each framework and role that may get offers, with what it holds already.</summary>
    private List<RoleClaim> Claims()
    {
        var claims = new List<RoleClaim>();
        foreach (var framework in state.Frameworks.Values.Where(f => f.Connected))
        {
            framework.Filters.RemoveAll(f => f.Until <= state.Now);
            foreach (var role in framework.Roles.Where(r => !framework.SuppressedRoles.Contains(r)))
            {
                var claim = new RoleClaim(framework, role);
                foreach (var task in framework.Tasks.Values.Where(t => t.Role == role && !t.State.IsTerminal()))
                    claim.Hold(task.Resources);
                foreach (var offer in state.Offers.Values.Where(o => o.Framework == framework && o.Role == role))
                    claim.Hold(offer.Resources);
                claims.Add(claim);
            }
        }

        return claims;
    }
}
