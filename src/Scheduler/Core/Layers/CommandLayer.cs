using Pipeline.Scheduler.Core.Agents;
using Pipeline.Scheduler.Core.Commands;
using Pipeline.Scheduler.Core.Deploys;
using Pipeline.Scheduler.Core.Launching;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Requests;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Layers;

/// <summary>The fourth layer: what people and schedules ask for.</summary>
internal sealed class CommandLayer
{
    public CommandLayer(
        ClusterState state, CoreSettings settings, TaskLayer tasks, InstanceLayer instances, ClusterLayer cluster)
    {
        var (journal, convergence) = (tasks.Journal, instances.Convergence);
        CronRuns = new CronRuns(state, journal, tasks.Kills, tasks.Runs);
        var rollouts = new RolloutStarts(state, journal, instances.Rollouts, convergence, instances.Failures);
        var runs = new RunCommands(state, journal, tasks.Runs, tasks.Kills);
        var bounces = new Bounces(state, settings, tasks.Overrides, convergence);
        var scales = new Scales(state, settings, tasks.Targets, tasks.Overrides, bounces, convergence);
        var pauses = new Pauses(state, tasks.Overrides, CronRuns, convergence, instances.Failures);
        OverrideExpiry = new OverrideExpiry(state, tasks.Overrides, scales, pauses, bounces);
        Freezes = new PriorityFreezes(state, journal, tasks.Kills);
        Machines = new MachineActions(state, cluster.MachineChanges, cluster.Drains, tasks.Kills);
        var requests = new ActiveRequests(state);
        Handler = new CommandHandler(
            new DeployCommands(
                new DeploySubmissions(state, journal, rollouts, instances.Failures, tasks.Runs, CronRuns), rollouts, runs,
                new RequestRemoval(state, convergence, instances.Failures),
                    new TaskKills(state, tasks.Kills, instances.Endings, convergence)),
            new InstanceCommands(requests, scales, pauses, bounces, new HealthSkips(state, tasks.Overrides, instances.Healthy)),
            new StartCommands(requests, new Priorities(tasks.Overrides), tasks.Cooldowns, runs),
            new ClusterCommands(tasks.Reconciler, Freezes, Machines, new PlacementForcing(state, journal, cluster.Shapes)));
    }

    public CronRuns CronRuns { get; }
    public OverrideExpiry OverrideExpiry { get; }
    public PriorityFreezes Freezes { get; }
    public MachineActions Machines { get; }
    public CommandHandler Handler { get; }
}
