using Pipeline.Scheduler.Core.Agents;
using Pipeline.Scheduler.Core.Launching;
using Pipeline.Scheduler.Core.Master;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Transitions;

namespace Pipeline.Scheduler.Core.Layers;

/// <summary>The third layer: the master with its offers, the agents, and where tasks are placed.</summary>
internal sealed class ClusterLayer
{
    public ClusterLayer(ClusterState state, CoreSettings settings, TrustCheck trust, TaskLayer tasks, InstanceLayer instances)
    {
        var journal = tasks.Journal;
        Offers = new OfferPool(state, settings);
        var demand = new OfferDemand(state, settings, Offers);
        Maintenance = new MaintenanceWindows(state, settings, journal, instances.Convergence);
        Presence = new AgentPresence(state, settings, journal, Offers, demand, Maintenance);
        MachineChanges = new MachineChanges(state);
        var reports = new WhyReports(state);
        Drains = new Drains(
            state, settings, MachineChanges, Maintenance, new DrainReasons(state, settings, reports), instances.Convergence);
        Shapes = new TaskShapes(state, tasks.Targets);
        var placer = new TaskPlacer(
            new PendingTasks(state, settings), Offers, Shapes,
            new LaunchGate(state, trust, journal, instances.Failures, instances.Endings),
            new PlacementReasons(state, reports, Shapes, Offers, demand), new Launches(state, settings, journal, Offers));
        Placement = new PlacementRound(
            state, settings, new SpreadAll(state, settings, tasks.Targets, Shapes, instances.Convergence), Offers, placer, demand);
        var transitions = new TaskTransitions(
            state, journal, tasks.Kills, instances.Running, instances.Unreachable, instances.Endings);
        Master = new MasterEvents(
            new Subscription(state, journal, Offers, demand, tasks.Reconciler, tasks.Kills),
            new OfferIntake(state, Offers, Presence, Maintenance), Offers, Maintenance,
            new TaskUpdates(state, Presence, tasks.Reconciler, tasks.Seen, tasks.Unknown, transitions));
        FailedCalls = new FailedCalls(state, settings);
    }

    public OfferPool Offers { get; }
    public MaintenanceWindows Maintenance { get; }
    public AgentPresence Presence { get; }
    public MachineChanges MachineChanges { get; }
    public Drains Drains { get; }
    public TaskShapes Shapes { get; }
    public PlacementRound Placement { get; }
    public MasterEvents Master { get; }
    public FailedCalls FailedCalls { get; }
}
