using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;
using Pipeline.Scheduler.Core.Transitions;

namespace Pipeline.Scheduler.Core.Layers;

/// <summary>The second layer: instances come to what should run, and tasks that run are watched.</summary>
internal sealed class InstanceLayer
{
    public InstanceLayer(ClusterState state, CoreSettings settings, TaskLayer tasks)
    {
        Rollouts = new RolloutSteps(state, tasks.Journal, tasks.Targets);
        Convergence = new Convergence(
            state, new InstancePlanner(state, tasks.Targets), new ReplacementPlanner(state, tasks.Targets, tasks.Leaving),
            new BounceProgress(state, tasks.Overrides, tasks.Leaving), Rollouts,
            new InstanceActions(state, tasks.Kills, tasks.Starter, tasks.Leaving, tasks.Closer));
        Failures = new RolloutFailures(state, Convergence);
        var failures = new InstanceFailures(state, settings, tasks.Targets, tasks.Cooldowns);
        Endings = new TaskEndings(
            state, tasks.Closer, tasks.RunEndings,
            new InstanceEndings(state, tasks.Closer, failures, tasks.Backoffs, Convergence, Failures));
        LateRuns = new LateRuns(state, tasks.Journal);
        Healthy = new HealthyTasks(state, tasks.Journal, tasks.Checks, tasks.Backoffs, Convergence);
        Running = new RunningTasks(state, tasks.Checks, LateRuns, Healthy);
        Probes = new ReadinessProbes(state, tasks.Checks, tasks.Kills, Healthy, Failures);
        Overdue = new OverdueTasks(state, settings, tasks.Kills);
        Unreachable = new UnreachableTasks(state, tasks.Checks, tasks.Leaving, Convergence, Endings);
        Recovery = new TaskRecovery(state, settings, Running, Unreachable);
    }

    public RolloutSteps Rollouts { get; }
    public Convergence Convergence { get; }
    public RolloutFailures Failures { get; }
    public TaskEndings Endings { get; }
    public LateRuns LateRuns { get; }
    public HealthyTasks Healthy { get; }
    public RunningTasks Running { get; }
    public ReadinessProbes Probes { get; }
    public OverdueTasks Overdue { get; }
    public UnreachableTasks Unreachable { get; }
    public TaskRecovery Recovery { get; }
}
