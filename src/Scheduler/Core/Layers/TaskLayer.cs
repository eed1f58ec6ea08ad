using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Layers;

/// <summary>The first layer: what is known beside the rows, and how one task begins and ends.</summary>
internal sealed class TaskLayer
{
    public TaskLayer(ClusterState state, CoreSettings settings)
    {
        Journal = new ClusterJournal(state);
        Reconciler = new Reconciler(state, settings);
        Unknown = new UnknownTasks(state, settings);
        Seen = new SeenUpdates();
        Checks = new ReadinessChecks(state);
        Backoffs = new Backoffs(state, settings);
        Overrides = new OverrideChanges(state, Journal);
        Targets = new InstanceTargets(state);
        Leaving = new LeavingTasks(state, settings);
        Cooldowns = new Cooldowns(state, Journal, Overrides, Targets);
        Starter = new TaskStarter(state);
        Runs = new RunStarter(state, Starter);
        Closer = new TaskCloser(state, Journal, Checks, Reconciler, Seen);
        RunEndings = new RunEndings(state, Journal, Closer, Starter, Cooldowns, Backoffs);
        Kills = new Kills(state, settings, Checks, Closer, RunEndings);
    }

    public ClusterJournal Journal { get; }
    public Reconciler Reconciler { get; }
    public UnknownTasks Unknown { get; }
    public SeenUpdates Seen { get; }
    public ReadinessChecks Checks { get; }
    public Backoffs Backoffs { get; }
    public OverrideChanges Overrides { get; }
    public InstanceTargets Targets { get; }
    public LeavingTasks Leaving { get; }
    public Cooldowns Cooldowns { get; }
    public TaskStarter Starter { get; }
    public RunStarter Runs { get; }
    public TaskCloser Closer { get; }
    public RunEndings RunEndings { get; }
    public Kills Kills { get; }
}
