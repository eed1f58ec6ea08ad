using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master.Allocation;
using Pipeline.LocalMesos.Master.Frameworks;
using Pipeline.LocalMesos.Master.Liveness;
using Pipeline.LocalMesos.Master.Machines;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Resources;

namespace Pipeline.LocalMesos.Master;

/// <summary>The master: its parts over one state, with the timer of the allocation cycle.</summary>
internal sealed class MasterNode : IDisposable
{
    private static readonly TimeSpan AllocationInterval = TimeSpan.FromSeconds(1);
    private readonly Allocator allocator;
    private readonly MasterRestart restart;
    private readonly ITimer? cycle;

    public MasterNode(MasterState state)
    {
        State = state;
        restart = new MasterRestart(state);
        allocator = new Allocator(state);
        Reports = new AgentReports(state, allocator);
        Subscriptions = new Subscriptions(state, allocator);
        Liveness = new AgentLiveness(state, state.Options.AgentTimeout);
        Registration = new AgentRegistration(state, allocator, restart.TasksReportedBy);
        var inverseOffers = new InverseOffers(state);
        Maintenance = new Maintenance(state, allocator, Liveness, inverseOffers);
        Draining = new AgentDraining(state, Liveness);
        Calls = new FrameworkCalls(state, allocator, Subscriptions, inverseOffers, Draining);
        if (state.Options.Allocation != AllocationMode.OnDemand)
            cycle = state.Time.CreateTimer(_ => LockedCycle(), null, AllocationInterval, AllocationInterval);
    }

    public MasterState State { get; }

    /// <summary>Where agents report to.</summary>
    public AgentReports Reports { get; }

    public FrameworkCalls Calls { get; }

    public Subscriptions Subscriptions { get; }

    public AgentLiveness Liveness { get; }

    public AgentRegistration Registration { get; }

    public Maintenance Maintenance { get; }

    public AgentDraining Draining { get; }

    /// <summary>Registers a new agent.</summary>
    public void Add(Agent agent, ResourceSet total) => State.Add(new AgentSlot(
        agent, total, [("rack", agent.Identity.Rack), .. State.Options.Attributes], State.Now));

    /// <summary>One allocation cycle. The lock is held.</summary>
    public void Cycle()
    {
        allocator.Allocate();
        Maintenance.SendInverseOffers();
    }

    /// <summary>The master's process dies and comes back. The lock is held.</summary>
    /// <param name="registryKept">True for a replicated log; otherwise not even the agents are known.</param>
    public void Restart(bool registryKept) => restart.Restart(registryKept);

    public void Dispose() => cycle?.Dispose();

    private void LockedCycle()
    {
        lock (State.Gate)
            Cycle();
    }
}
