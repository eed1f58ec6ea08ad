using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Model;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Simulation.Cluster;

/// <summary>
/// A master with its agents as a framework can see them: offers, books, reconciliation, a subscription that a newer one breaks. It
/// knows nothing of our code, and refuses what a real one would. Parts: this file hears calls; Agents runs tasks; Outages breaks things.
/// </summary>
internal sealed partial class SimulatedMesos
{
    private static readonly TimeSpan AllocationInterval = TimeSpan.FromMilliseconds(400);

    private readonly Agenda agenda;
    private readonly Faults faults;
    private readonly Invariants invariants;
    private readonly SortedDictionary<string, SimulatedAgent> agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedOffer> offers = new(StringComparer.Ordinal);
    private Connection? connection;
    private string? frameworkId;
    private bool suppressed;
    private int numbers;
    private int masters = 1;

    private sealed record SimulatedOffer(
        string Id, SimulatedAgent Agent, Amount Amount, IReadOnlyList<int> Ports, MaintenanceWindow? Window);

    /// <summary>One subscription: both directions keep their order.</summary>
    internal sealed class Connection(Action<MasterEvent> receive)
    {
        public Action<MasterEvent> Receive { get; } = receive;
        public bool IsOpen { get; set; } = true;
        public DateTimeOffset LastEvent { get; set; }
        public DateTimeOffset LastCall { get; set; }
    }

    public SimulatedMesos(Agenda agenda, Faults faults, Invariants invariants)
    {
        (this.agenda, this.faults, this.invariants) = (agenda, faults, invariants);
        for (var i = 0; i < 5; i++)
            AddAgent(i);
        Allocate();
    }

    public IReadOnlyCollection<SimulatedAgent> Agents => agents.Values;

    /// <param name="durable">The id that is in the database.</param>
    public Connection Subscribe(string? known, string? durable, bool quiet, Action<MasterEvent> receive)
    {
        // A leader that was frozen before there was an id becomes another framework: it cannot save the new id, and starts nothing.
        if (known is null && durable is not null)
        {
            receive(new Subscribed($"fw{++numbers}", TimeSpan.FromSeconds(15), $"m{masters}", $"m{masters}:5050", "1.12.0"));
            return new Connection(receive);
        }

        // An id that was never made durable is given again, anew: nothing was launched under it.
        invariants.Holds(known == frameworkId || known is null, $"subscribed as {known}, but it is {frameworkId}");
        if (connection is { IsOpen: true } old)
        {
            Emit(new SubscriptionEnded(SubscriptionEnd.FailedOver, "Framework failed over"));
            old.IsOpen = false;
        }

        connection = new Connection(receive);
        frameworkId = known ?? $"fw{++numbers}";
        ForgetOffers();
        suppressed = quiet;
        foreach (var agent in agents.Values)
            agent.NotOfferedBefore = agenda.Now;
        Emit(new Subscribed(frameworkId, TimeSpan.FromSeconds(15), $"m{masters}", $"m{masters}:5050", "1.12.0"));
        return connection;
    }

    /// <summary>Calls of an older subscription carry its stream id, and are refused.</summary>
    public void Call(Connection from, MasterCall call)
    {
        from.LastCall = Later(from.LastCall, agenda.Between(1, 20));
        agenda.At(from.LastCall, () =>
        {
            if (from.IsOpen && ReferenceEquals(from, connection))
                Receive(call);
        });
    }

    private void Receive(MasterCall call)
    {
        switch (call)
        {
            case AcceptOffers accept:
                Accept(accept);
                break;
            case DeclineOffers decline:
                foreach (var id in decline.OfferIds)
                {
                    if (offers.Remove(id, out var offer))
                        offer.Agent.NotOfferedBefore = agenda.Now + decline.Refuse;
                }

                break;
            case ReviveOffers:
                suppressed = false;
                foreach (var agent in agents.Values)
                    agent.NotOfferedBefore = agenda.Now;
                break;
            case SuppressOffers:
                suppressed = true;
                break;
            case KillTask kill:
                Kill(kill);
                break;
            case AcknowledgeUpdate ack:
                if (agents.TryGetValue(ack.AgentId, out var acknowledged))
                    ToAgent(acknowledged, () => Acknowledged(acknowledged, ack));
                break;
            case ReconcileTasks { Tasks.Count: 0 }:
                foreach (var agent in agents.Values.Where(a => a.Standing == AgentStanding.Registered))
                    foreach (var (id, task) in agent.Booked)
                        Answer(id, agent.Id, task.State);
                break;
            case ReconcileTasks question:
                foreach (var (id, agent) in question.Tasks)
                    Reconcile(id, agent);
                break;
        }
    }

    private void Accept(AcceptOffers accept)
    {
        var held = accept.OfferIds.Select(id => offers.Remove(id, out var offer) ? offer : null).ToList();
        if (held.Contains(null))
        {
            // Invalid or gone: the whole call falls, its tasks with it.
            foreach (var task in accept.Tasks)
                FromMaster(task.TaskId, accept.AgentId, TaskState.Dropped, "REASON_INVALID_OFFERS");
            return;
        }

        var agent = held[0]!.Agent;
        invariants.Holds(held.TrueForAll(o => o!.Agent == agent), "offers of two agents in one call");
        var left = held.Aggregate(default(Amount), (sum, o) => sum + o!.Amount);
        var ports = held.SelectMany(o => o!.Ports).ToHashSet();
        invariants.Holds(
            accept.Tasks.Count == 0 || held.TrueForAll(o => o!.Window is not { Duration: { } lasts } w || w.Start + lasts <= agenda.Now),
            $"{Invariants.InMaintenance}: {agent.Id}");
        foreach (var task in accept.Tasks)
        {
            invariants.LaunchReached(task.TaskId);
            var needs = Amount.Of(new ResourceNeed(task.Resources.Cpus, task.Resources.MemoryMb, task.Resources.DiskMb, 0));
            invariants.Holds(left.Holds(needs), $"{Invariants.Overcommitted}: {task.TaskId} on {agent.Id}");
            left -= needs;
            invariants.Holds(task.Resources.Ports.All(ports.Remove), $"{Invariants.Overcommitted}: ports of {task.TaskId} on {agent.Id}");
            agent.Booked[task.TaskId] = new MasterTask(needs, task.Resources.Ports, TaskState.Staging);
            var started = new AgentTask(task.TaskId, !task.Name.StartsWith("web", StringComparison.Ordinal), needs, task.Resources.Ports);
            ToAgent(agent, () => Start(agent, started));
        }

        agent.NotOfferedBefore = agenda.Now + accept.Refuse;
    }

    private void Kill(KillTask kill)
    {
        var agent = agents.Values.FirstOrDefault(a => a.Standing == AgentStanding.Registered && a.Booked.ContainsKey(kill.TaskId));
        if (agent is null)
            Reconcile(kill.TaskId, kill.AgentId);
        else
            ToAgent(agent, () => KillOn(agent, kill.TaskId));
    }

    private void Reconcile(string taskId, string? agentId)
    {
        if (agentId is null || !agents.TryGetValue(agentId, out var agent))
        {
            Answer(taskId, agentId, TaskState.Unknown);
            return;
        }

        switch (agent.Standing)
        {
            case AgentStanding.Registered:
                Answer(taskId, agentId, agent.Booked.TryGetValue(taskId, out var task) ? task.State : TaskState.Gone);
                break;
            case AgentStanding.Unreachable:
                Answer(taskId, agentId, TaskState.Unreachable);
                break;
            case AgentStanding.Gone:
                Answer(taskId, agentId, TaskState.GoneByOperator);
                break;
            case AgentStanding.Recovering:
                break; // Silence: the agent may still come.
        }
    }

    private void Answer(string taskId, string? agentId, TaskState state) => FromMaster(taskId, agentId, state, "REASON_RECONCILIATION");

    /// <summary>An update that the master made: nobody sends it again.</summary>
    private void FromMaster(string taskId, string? agentId, TaskState state, string reason)
    {
        if (faults.LoseMasterUpdate)
            return;
        invariants.MasterEventReceived(taskId, state);
        Emit(new TaskUpdated(new TaskStatus(taskId, state, agentId, "SOURCE_MASTER", reason, null, null, null, agenda.Now, null, null)));
    }

    private void Emit(MasterEvent said)
    {
        if (connection is not { IsOpen: true } to)
            return;
        to.LastEvent = Later(to.LastEvent, agenda.Between(1, 30));
        agenda.At(to.LastEvent, () =>
        {
            // What was on its way when the connection broke is lost, but for the last word of the master.
            if (to.IsOpen || said is SubscriptionEnded or Disconnected)
                to.Receive(said);
        });
    }

    private void Allocate()
    {
        agenda.After(AllocationInterval, Allocate);
        if (suppressed || connection is not { IsOpen: true })
            return;
        foreach (var agent in agents.Values)
        {
            if (agent.Standing != AgentStanding.Registered || agent.NotOfferedBefore > agenda.Now)
                continue;
            var (free, ports) = FreeOn(agent);
            if (free.Cpus < 100 || free.Memory < 32_000)
                continue;
            var offer = new SimulatedOffer($"o{++numbers}", agent, free, ports, agent.Maintenance);
            offers[offer.Id] = offer;
            Emit(new OffersReceived([new Offer(
                offer.Id, agent.Id, agent.Host, "10.0.0.1", "http://10.0.0.1:5051", "pipeline",
                new OfferedResources(free.CpusValue, free.MemoryValue, free.DiskValue, RangesOf(ports)),
                new Dictionary<string, string> { ["rack"] = agent.Rack }, offer.Window)]));
        }
    }

    /// <summary>What is free on every agent that takes part.</summary>
    public IEnumerable<(SimulatedAgent Agent, Amount Free, int Ports)> Room() =>
        from agent in agents.Values
        where agent is { Standing: AgentStanding.Registered, Dead: false }
        let room = FreeOn(agent)
        select (agent, room.Free, room.Ports.Count);

    private (Amount Free, List<int> Ports) FreeOn(SimulatedAgent agent)
    {
        var free = SimulatedAgent.Capacity;
        var used = new HashSet<int>();
        foreach (var task in agent.Booked.Values)
        {
            free -= task.Needs;
            used.UnionWith(task.Ports);
        }

        foreach (var offer in offers.Values.Where(o => o.Agent == agent))
        {
            free -= offer.Amount;
            used.UnionWith(offer.Ports);
        }

        var ports = new List<int>();
        for (var port = SimulatedAgent.FirstPort; port <= SimulatedAgent.LastPort; port++)
        {
            if (!used.Contains(port))
                ports.Add(port);
        }

        return (free, ports);
    }

    private static List<PortRange> RangesOf(List<int> ports)
    {
        var ranges = new List<PortRange>();
        foreach (var port in ports)
        {
            if (ranges.Count > 0 && ranges[^1].To == port - 1)
                ranges[^1] = ranges[^1] with { To = port };
            else
                ranges.Add(new PortRange(port, port));
        }

        return ranges;
    }

    private void ForgetOffers() => offers.Clear();

    private DateTimeOffset Later(DateTimeOffset last, TimeSpan delay)
    {
        var at = agenda.Now + delay;
        return at > last ? at : last;
    }
}
