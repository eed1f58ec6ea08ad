namespace Pipeline.Scheduler.Core;

/// <summary>The fourth layer: what people and schedules ask for.</summary>
internal sealed class CommandAssembly
{
    public CommandAssembly(
        ClusterState state, CoreSettings settings, TaskAssembly tasks, InstanceAssembly instances, ClusterAssembly cluster)
    {
        var (journal, convergence) = (tasks.Journal, instances.Convergence);
        Schedules = new Schedules(state, journal, tasks.Kills, tasks.Runs);
        var rollouts = new RolloutStarts(state, journal, instances.Rollouts, convergence, instances.Failures);
        var runs = new RunCommands(state, journal, tasks.Runs, tasks.Kills);
        var bounces = new Bounces(state, settings, tasks.Overrides, convergence);
        var scales = new Scales(state, settings, tasks.Targets, tasks.Overrides, bounces, convergence);
        var pauses = new Pauses(state, tasks.Overrides, Schedules, convergence, instances.Failures);
        OverrideExpiry = new OverrideExpiry(state, tasks.Overrides, scales, pauses, bounces);
        Freezes = new PriorityFreezes(state, journal, tasks.Kills);
        Machines = new MachineActions(state, cluster.MachineChanges, cluster.Drains, tasks.Kills);
        var requests = new ActiveRequests(state);
        Handler = new CommandHandler(
            new DeployCommands(
                new DeploySubmissions(state, journal, rollouts, instances.Failures, tasks.Runs, Schedules), rollouts, runs,
                new RequestRemoval(state, convergence, instances.Failures), new TaskKills(state, tasks.Kills, instances.Endings, convergence)),
            new InstanceCommands(requests, scales, pauses, bounces, new HealthSkips(state, tasks.Overrides, instances.Healthy)),
            new StartCommands(requests, new Priorities(tasks.Overrides), tasks.Cooldowns, runs),
            new ClusterCommands(tasks.Reconciler, Freezes, Machines, new PlacementForcing(state, journal, cluster.Shapes)));
    }

    public Schedules Schedules { get; }
    public OverrideExpiry OverrideExpiry { get; }
    public PriorityFreezes Freezes { get; }
    public MachineActions Machines { get; }
    public CommandHandler Handler { get; }
}
