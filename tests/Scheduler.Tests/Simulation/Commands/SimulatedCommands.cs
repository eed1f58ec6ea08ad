using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Simulation.Commands;

/// <summary>
/// What people and other slices ask for while things break. To bring a new command into the simulation: add one line to
/// <see cref="All"/> that makes it (null when there is nothing to ask at the moment), with the actor and the subject of its intake row;
/// when it changes how many instances a deploy should have, say so in <see cref="Expects"/>. The invariants do the rest.
/// </summary>
internal static class SimulatedCommands
{
    private static readonly Actor Somebody = Actor.System("simulation");

    internal static readonly Readiness Quick = new(
        "/healthz", TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(1));

    /// <param name="Weight">How often, beside the others.</param>
    /// <param name="Make">Subject and command, or null.</param>
    internal sealed record Kind(int Weight, Func<World, (string Subject, SchedulerCommand Command)?> Make);

    /// <summary>What a command may look at.</summary>
    internal sealed class World(Agenda agenda, Ledger durable, IReadOnlyList<Kind> commands)
    {
        private int runs;
        private int deploys;

        public Agenda Agenda { get; } = agenda;
        public Ledger Durable { get; } = durable;
        public IReadOnlyList<Kind> Commands { get; } = commands;
        public int Runs => runs;

        public string NextRun() => $"run{++runs}";

        public string NextDeploy() => $"v{++deploys}";
    }

    public static readonly IReadOnlyList<Kind> All =
    [
        new(10, w => Of(w.NextRun(), id => new SubmitRunCommand(Machine.Build(id, retries: 3)))),
        new(4, w => Of(w.NextDeploy(), id => new SubmitDeployCommand(Web(w, id)))),
        new(2, w => w.Runs == 0 ? null : Of($"run{w.Agenda.Pick(1, w.Runs + 1)}", id => new CancelRunCommand(id, "no", Somebody))),
        // The same once more: it changes nothing.
        new(1, w => w.Runs == 0 ? null : Of($"run{w.Agenda.Pick(1, w.Runs + 1)}", id => new SubmitRunCommand(Machine.Build(id, retries: 3)))),
        new(1, w => Some(w, d => d.Spec.Kind != RequestKind.RunOnce, d => (d.Id, new CancelDeployCommand(d.Id, "no", Somebody)))),
        new(2, w => w.Durable.Live.Count == 0
            ? null
            : Of(w.Agenda.Pick(w.Durable.Live.Keys.ToList()), id => new KillTaskCommand(id, "no", Somebody))),
        new(1, w => w.Agenda.OneIn(3) ? Of($"web{w.Agenda.Pick(0, 3)}", id => new RemoveRequestCommand(id, Somebody)) : null),
        new(1, _ => ("test", new ReconcileCommand(Somebody))),
        .. PolicyCommands.All,
        .. MachineCommands.All,
    ];

    /// <summary>How many instances a live deploy has to have, running or waiting; null when that is open at the moment.</summary>
    public static int? Expects(Deploy deploy, Ledger durable) =>
        durable.Requests[deploy.RequestId].State == RequestState.Active ? PolicyCommands.Expects(deploy, durable) : null;

    public static (string Subject, SchedulerCommand Command)? Next(World world)
    {
        var pick = world.Agenda.Pick(0, world.Commands.Sum(k => k.Weight));
        foreach (var kind in world.Commands)
        {
            pick -= kind.Weight;
            if (pick < 0)
                return kind.Make(world);
        }

        return null;
    }

    private static DeploySubmission Web(World w, string id) =>
        Machine.Web(id, w.Agenda.Pick(1, 4), w.Agenda.OneIn(2) ? Quick : null) with
        {
            RequestId = $"web{w.Agenda.Pick(0, 3)}", Budget = TimeSpan.FromMinutes(2), KillGrace = TimeSpan.FromSeconds(3),
        };

    private static (string, SchedulerCommand)? Of(string id, Func<string, SchedulerCommand> make) => (id, make(id));

    private static (string, SchedulerCommand)? Some(World w, Func<Deploy, bool> which, Func<Deploy, (string, SchedulerCommand)> make)
    {
        var found = w.Durable.LiveDeploys.Where(which).ToList();
        return found.Count == 0 ? null : make(w.Agenda.Pick(found));
    }
}
