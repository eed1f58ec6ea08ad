using Pipeline.Mesos;

namespace Pipeline.Scheduler.Tests.Simulation.Cluster;

// What breaks: connections, agents, masters.
internal sealed partial class SimulatedMesos
{
    private static readonly TimeSpan AgentTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReregisterTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The stream breaks; what was on it is lost.</summary>
    public void BreakConnection(string reason)
    {
        if (connection is not { IsOpen: true } broken)
            return;
        broken.IsOpen = false;
        connection = null;
        ForgetOffers();
        agenda.After(agenda.Between(10, 3000), () => broken.Receive(new Disconnected(reason)));
    }

    public void Rescind()
    {
        if (offers.Count == 0)
            return;
        var offer = agenda.Pick(offers.Values.ToList());
        offers.Remove(offer.Id);
        Emit(new OfferRescinded(offer.Id));
    }

    /// <summary>A new master knows the framework, and nothing of tasks until their agents register again.</summary>
    public void FailOver()
    {
        masters++;
        BreakConnection("the master is gone");
        foreach (var agent in agents.Values.Where(a => a.Standing is AgentStanding.Registered or AgentStanding.Recovering))
        {
            agent.Standing = AgentStanding.Recovering;
            agent.Booked.Clear();
            if (agent.Connected)
                agenda.After(agenda.Between(100, 20_000), () => Register(agent));
            var master = masters;
            agenda.After(ReregisterTimeout, () =>
            {
                if (masters == master && agent.Standing == AgentStanding.Recovering)
                    Lose(agent);
            });
        }
    }

    /// <summary>Cut off, for a moment or for long; its tasks run on.</summary>
    public void Partition(SimulatedAgent agent, TimeSpan time)
    {
        if (!agent.Connected || agent.Dead)
            return;
        agent.Connected = false;
        WatchFor(agent);
        agenda.After(time, () => Heal(agent));
    }

    public void Heal(SimulatedAgent agent)
    {
        if (agent.Connected || agent.Dead)
            return;
        agent.Connected = true;
        Register(agent);
    }

    /// <summary>The machine burns; another takes its place, under an id of its own.</summary>
    public void Burn(SimulatedAgent agent)
    {
        if (agent.Dead)
            return;
        (agent.Dead, agent.Connected) = (true, false);
        agent.Tasks.Clear();
        WatchFor(agent);
        // In the same rack: one of the two is never taken out of service.
        agenda.After(agenda.Between(1000, 15_000), () => AddAgent(hosts % 2 == agent.Number % 2 ? hosts : hosts + 1));
        if (agenda.OneIn(3))
            agenda.After(agenda.Between(5000, 60_000), () => MarkGone(agent));
    }

    /// <summary>The operators of the cluster say when the machine goes down: offers tell of it, and an inverse offer asks.</summary>
    public void Maintain(SimulatedAgent agent, TimeSpan ahead, TimeSpan duration)
    {
        if (agent.Dead || agent.Maintenance is not null)
            return;
        var window = agent.Maintenance = new MaintenanceWindow(agenda.Now + ahead, duration);
        Withdraw(agent);
        var inverse = $"i{++numbers}";
        Emit(new InverseOffersReceived([new InverseOffer(inverse, agent.Id, window)]));
        if (agenda.OneIn(3))
        {
            agenda.After(agenda.Between(1000, 20_000), () =>
            {
                // Thought better of.
                agent.Maintenance = null;
                Emit(new InverseOfferRescinded(inverse));
            });
        }

        agenda.After(ahead + duration, () => agent.Maintenance = null);
    }

    private void WatchFor(SimulatedAgent agent) => agenda.After(AgentTimeout, () =>
    {
        if (!agent.Connected && agent.Standing == AgentStanding.Registered)
            Lose(agent);
    });

    private void Lose(SimulatedAgent agent)
    {
        agent.Standing = AgentStanding.Unreachable;
        Withdraw(agent);
        Emit(new AgentRemoved(agent.Id));
        foreach (var id in agent.Booked.Keys.ToList())
            FromMaster(id, agent.Id, TaskState.Unreachable, "REASON_SLAVE_REMOVED");
        agent.Booked.Clear();
    }

    private void MarkGone(SimulatedAgent agent)
    {
        agent.Standing = AgentStanding.Gone;
        Withdraw(agent);
        foreach (var id in agent.Booked.Keys.ToList())
            FromMaster(id, agent.Id, TaskState.GoneByOperator, "REASON_SLAVE_REMOVED_BY_OPERATOR");
        agent.Booked.Clear();
    }

    private void Withdraw(SimulatedAgent agent)
    {
        foreach (var offer in offers.Values.Where(o => o.Agent == agent).Select(o => o.Id).Order(StringComparer.Ordinal).ToList())
        {
            offers.Remove(offer);
            Emit(new OfferRescinded(offer));
        }
    }

    private void Register(SimulatedAgent agent)
    {
        if (agent.Dead || !agent.Connected || agent.Standing == AgentStanding.Gone)
            return;
        var before = agent.Standing;
        agent.Standing = AgentStanding.Registered;
        agent.Session++;
        foreach (var id in agent.Booked.Keys.Where(id => !agent.Tasks.ContainsKey(id)).ToList())
        {
            agent.Booked.Remove(id);
            FromMaster(id, agent.Id, TaskState.Dropped, "REASON_RECONCILIATION");
        }

        foreach (var task in agent.Tasks.Values.Where(t => !t.IsOver))
        {
            agent.Booked[task.Id] = new MasterTask(task.Needs, task.Ports, task.State);
            if (before == AgentStanding.Unreachable)
                FromMaster(task.Id, agent.Id, task.State, "REASON_SLAVE_REREGISTERED");
        }

        foreach (var task in agent.Tasks.Values)
            SendFirst(agent, task, TimeSpan.FromSeconds(20));
    }
}
