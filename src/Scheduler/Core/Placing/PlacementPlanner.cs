using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Placing;

/// <summary>
/// Chooses an agent for each task of one pass over those that wait. What may be: <see cref="AgentRules"/>, the shares of
/// <see cref="InstanceSpread"/>, what is free. What is best: as its strategy says, then the emptiest rack, then an agent that is good
/// enough; the lowest id decides.
/// </summary>
internal sealed class PlacementPlanner
{
    private const long AfterAllOthers = 1L << 48;
    private readonly Dictionary<string, AgentSlot> slots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Search> searches = new(StringComparer.Ordinal);
    private readonly ClusterState state;
    private readonly CoreSettings settings;
    private readonly AgentRules rules;
    private readonly List<AgentSlot> ordered;
    private readonly DateTimeOffset now;

    public PlacementPlanner(IEnumerable<HeldOffer> offers, ClusterState state, CoreSettings settings, DateTimeOffset now)
    {
        (this.state, this.settings, this.now) = (state, settings, now);
        rules = new AgentRules(state.Machines, settings, now);
        foreach (var held in offers)
        {
            var offer = held.Offer;
            if (!slots.TryGetValue(offer.AgentId, out var slot))
            {
                var total = state.Agents.TryGetValue(offer.AgentId, out var known) ? known.Total : default;
                slots[offer.AgentId] = slot =
                    new AgentSlot(offer.AgentId, offer.Hostname, offer.Address, held.Rack, offer.Attributes, total)
                    {
                        Taken = state.TakenPorts.On(offer.AgentId, now),
                    };
            }

            slot.Add(offer);
        }

        ordered = [.. slots.Values.OrderBy(s => s.AgentId, StringComparer.Ordinal)];
        for (var i = 0; i < ordered.Count; i++)
            ordered[i].Index = i;
    }

    public IReadOnlyList<AgentSlot> Slots => ordered;

    public AgentSlot? SlotOf(string agentId) => slots.GetValueOrDefault(agentId);

    /// <summary>The agent that a task of the shape goes to. The caller saves the task there, then says so.</summary>
    /// <returns>Null: no agent takes it in this pass, nor any other task of its shape.</returns>
    public AgentSlot? Choose(TaskShape shape)
    {
        var search = SearchFor(shape);
        if (search.Exhausted)
            return null;
        search.Request = state.Spread.Of(shape.RequestId);
        var best = search.Candidates.Best(rack => search.Spread?.RackTakes(rack) ?? true, search.Request.OnRack);
        search.Exhausted = best is null;
        return best;
    }

    public void Placed(TaskShape shape, AgentSlot slot)
    {
        var search = SearchFor(shape);
        search.Spread?.Add(slot);
        search.Pending--;
        search.Running++;
        if (state.Spread.OnAgent(shape.RequestId, slot.AgentId) == 1)
            search.Hosts++;
    }

    /// <summary>Why an agent that offers does not take a task of the shape now.</summary>
    public Fit Judge(TaskShape shape, AgentSlot slot)
    {
        var search = SearchFor(shape);
        var fit = rules.Judge(shape, slot.Host, slot.Rack, slot.Attributes, slot.Unavailability);
        if (fit == Fit.Yes)
            fit = TakesMore(search, slot);
        return fit == Fit.Yes && search.Spread?.RackTakes(slot.Rack) == false ? Fit.RackFull : fit;
    }

    /// <summary>The same of an agent that does not.</summary>
    public Fit Judge(TaskShape shape, AgentRecord agent) => agent.State switch
    {
        AgentState.Dead => Fit.Dead,
        AgentState.Missing => Fit.Missing,
        _ => rules.Judge(shape, agent.Host, agent.Rack, agent.Attributes, null) is var fit && fit == Fit.Yes ? Fit.NoOffer : fit,
    };

    private Search SearchFor(TaskShape shape)
    {
        if (searches.TryGetValue(shape.Key, out var known))
            return known;
        var search = new Search(shape, shape.SharesOut ? SpreadOf(shape) : null) { Request = state.Spread.Of(shape.RequestId) };
        if (shape.Rules.Strategy == PlacementStrategy.Optimistic)
            (search.Running, search.Hosts, search.Pending) = CountsOf(shape.RequestId);
        var allowed = ordered.Where(s => rules.Judge(shape, s.Host, s.Rack, s.Attributes, s.Unavailability) == Fit.Yes);
        search.Candidates = new Candidates(allowed, slot => TakesMore(search, slot), slot => RankOf(search, slot));
        return searches[shape.Key] = search;
    }

    /// <summary>How many tasks of a request sit somewhere, on how many agents, and how many wait.</summary>
    private (int Running, int Hosts, int Pending) CountsOf(string requestId)
    {
        var tasks = state.DeploysOf(requestId).SelectMany(d => state.TasksOf(d.Id)).ToList();
        var agents = tasks.Select(t => t.AgentId).OfType<string>().ToList();
        return (agents.Count, agents.Distinct(StringComparer.Ordinal).Count(), tasks.Count - agents.Count);
    }

    private InstanceSpread SpreadOf(TaskShape shape)
    {
        var racks = shape.Rules.RackSensitive
            ? state.Agents.Values.Where(a => a.State == AgentState.Active
                && rules.Judge(shape, a.Host, a.Rack, a.Attributes, null) == Fit.Yes)
                .Select(a => a.Rack).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()
            : [];
        return new InstanceSpread(shape, shape.DeployId is { } id ? state.TasksOf(id) : [], state.Agents, racks);
    }

    private Fit TakesMore(Search search, AgentSlot slot)
    {
        var shape = search.Shape;
        if (!slot.Holds(shape))
            return slot.Free.Cpus < shape.Need.Cpus ? Fit.Cpus
                : slot.Free.Memory < shape.Need.Memory ? Fit.Memory
                : slot.Free.Disk < shape.Need.Disk ? Fit.Disk
                : slot.FreePorts < shape.Ports + shape.LiteralPorts.Count ? Fit.Ports
                : Fit.LiteralPort;
        if (settings.MaxTasksPerOffer is var most and > 0 && slot.Placed.Count >= most * slot.OfferIds.Count)
            return Fit.TasksPerOffer;
        return shape.Rules.Strategy switch
        {
            PlacementStrategy.SeparateByDeploy or PlacementStrategy.SpreadAll when search.Spread!.OnAgent(slot.AgentId) > 0 =>
                Fit.Separated,
            PlacementStrategy.SeparateByRequest when search.Request.OnAgent(slot.AgentId) > 0
                && !MaySit(search, slot) => Fit.Separated,
            PlacementStrategy.Optimistic when IsCrowded(search, slot) => Fit.Crowded,
            _ => search.Spread is { } spread && !spread.SharesAllow(slot.Attributes) ? Fit.AttributeShare : Fit.Yes,
        };
    }

    // A bounce that may stay on the host is only kept from what is not on its way out.
    private bool MaySit(Search search, AgentSlot slot) =>
        search.Shape.Rules.SameHostBounce
        && state.TasksOn(slot.AgentId).Where(t => t.RequestId == search.Shape.RequestId)
            .All(t => t.Leaving is not null || t.KillCause is not null);

    /// <summary>About as many as the others have; the more still wait, the less it matters.</summary>
    private static bool IsCrowded(Search search, AgentSlot slot)
    {
        if (search.Running == 0 || search.Hosts == 0)
            return false;
        var fair = (double)search.Running / search.Hosts * (1 + search.Pending * 0.09);
        return search.Request.OnAgent(slot.AgentId) > fair;
    }

    // An agent that could not start a task of the request comes after all others.
    private Rank RankOf(Search search, AgentSlot slot) =>
        PlainRankOf(search, slot) is var rank && state.Spread.IsTroubled(search.Shape.RequestId, slot.AgentId, now)
            ? rank with { First = rank.First + AfterAllOthers }
            : rank;

    private static Rank PlainRankOf(Search search, AgentSlot slot)
    {
        var preferred = AgentRules.IsPreferred(search.Shape, slot.Attributes);
        var preference = preferred ? 0 : 1;
        if (search.Shape.Rules.Strategy == PlacementStrategy.Greedy)
            return new Rank(slot.Free.Cpus, preference, 0, 0);
        return new Rank(search.Request.OnAgent(slot.AgentId), preference, Score.Band(slot, preferred), slot.Placed.Count);
    }

    private sealed class Search(TaskShape shape, InstanceSpread? spread)
    {
        public TaskShape Shape { get; } = shape;
        public required RequestSpread Request { get; set; }
        public InstanceSpread? Spread { get; } = spread;
        public Candidates Candidates { get; set; } = null!;
        public bool Exhausted { get; set; }
        public int Running { get; set; }
        public int Hosts { get; set; }
        public int Pending { get; set; }
    }
}
