using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Simulation.Commands;

/// <summary>What people do to requests while things break, and deploys that are more than a plain roll-out.</summary>
internal static class PolicyCommands
{
    private static readonly Actor Somebody = Actor.Person("eleni");

    public static readonly IReadOnlyList<SimulatedCommands.Kind> All =
    [
        new(3, w => (Service(w), new ScaleCommand(Service(w), w.Agenda.Pick(0, 6), true, w.Agenda.OneIn(6), By(w)))),
        new(1, w => (Service(w), new EndScaleCommand(Service(w), true, By(w)))),
        new(2, w => (Any(w), new PauseCommand(Any(w), w.Agenda.OneIn(2), By(w)))),
        new(2, w => (Any(w), new UnpauseCommand(Any(w), By(w)))),
        new(3, w => (Service(w), new BounceCommand(Service(w), w.Agenda.OneIn(2), w.Agenda.Pick(1, 3), w.Agenda.OneIn(4), By(w)))),
        new(1, w => (Service(w), new EndBounceCommand(Service(w), By(w)))),
        new(1, w => (Service(w), new SkipHealthCommand(Service(w), w.Agenda.OneIn(2), By(w)))),
        new(1, w => (Any(w), new SetPriorityCommand(Any(w), w.Agenda.Pick(1, 10) / 10m, By(w)))),
        new(1, w => ("test", new FreezeLaunchesCommand(0.5m, w.Agenda.OneIn(2), Shortly(w)))),
        new(1, _ => ("test", new FreezeLaunchesCommand(null, false, new CommandOrigin(Somebody, null)))),
        new(1, w => (Any(w), new ExitCooldownCommand(Any(w), By(w)))),
        new(4, w => Groups(w, w.NextDeploy())),
        new(2, w => Cron(w, w.NextDeploy())),
        new(1, w => OnDemand(w, w.NextDeploy())),
        new(4, w => ("report", new RunNowCommand("report", $"r{w.Agenda.Pick(0, 1000)}", [], new Dictionary<string, string>(), null,
            w.Agenda.OneIn(4) ? w.Agenda.Now + w.Agenda.Between(100, 20_000) : null, By(w)))),
        new(2, w => w.Durable.Live.Count == 0
            ? null
            : Of(w.Agenda.Pick(w.Durable.Live.Keys.ToList()), id => new KillTaskCommand(id, "no", Somebody, w.Agenda.OneIn(3), w.Agenda.OneIn(2)))),
        new(1, w => w.Durable.LiveDeploys.FirstOrDefault(d => d.Progress.HealthyAt is not null) is { } d
            ? (d.Id, new AdvanceDeployCommand(d.Id, !w.Agenda.OneIn(4), "looked at", Somebody))
            : null),
    ];

    /// <summary>Instances that a deploy should have now by its request, whoever asked for it.</summary>
    public static int? Expects(Deploy deploy, Ledger durable)
    {
        var request = durable.Requests[deploy.RequestId];
        if (!deploy.KeepsRunning || deploy.FailureClass == FailureClass.Security)
            return null;
        var wanted = request.Overrides.Scale?.Instances ?? deploy.Spec.Instances;
        if (deploy.State == DeployState.Deploying)
            return RolloutRules.TargetOf(deploy, wanted);
        if (request.Overrides.Pause is { } pause)
            return pause.Kill ? 0 : null;
        return request.PendingDeploy is { } next && durable.Deploys[next].IsLive
            ? Math.Max(0, wanted - durable.Deploys[next].Progress.Proven)
            : wanted;
    }

    /// <summary>Healthy instances, old and new together, below which nothing healthy is retired.</summary>
    public static int? Floor(Deploy force, Ledger durable)
    {
        var request = durable.Requests[force.RequestId];
        return !force.KeepsRunning || request.Overrides.Pause is not null
            ? null
            : request.Overrides.Scale?.Instances ?? force.Spec.Instances;
    }

    private static (string, SchedulerCommand) Groups(SimulatedCommands.World w, string id) => (id, new SubmitDeployCommand(
        Machine.Web(id, w.Agenda.Pick(1, 5), w.Agenda.OneIn(2) ? SimulatedCommands.Quick : null) with
        {
            RequestId = Service(w), Budget = TimeSpan.FromMinutes(1), KillGrace = TimeSpan.FromSeconds(3),
            Options = new DeployOptions
            {
                Unpause = w.Agenda.OneIn(3),
                Rollout = new Rollout(
                    w.Agenda.OneIn(2) ? Acceptance.Timed : Acceptance.Automatic, TimeSpan.FromSeconds(5), w.Agenda.Pick(0, 3))
                {
                    Groups = [new Share(1), new Share(50, Percent: true)],
                },
            },
        }));

    private static (string, SchedulerCommand) Cron(SimulatedCommands.World w, string id) => (id, new SubmitDeployCommand(Machine.Nightly(
        id,
        new Schedule(
            w.Agenda.OneIn(2) ? "0 */2 * * * *" : "30 */3 * * * *", "Europe/Athens", (Overlap)w.Agenda.Pick(0, 3),
            (CatchUp)w.Agenda.Pick(0, 2)),
        new DeployOptions { Retry = new Retry(1), KillOldAfter = TimeSpan.FromSeconds(w.Agenda.Pick(0, 60)) })));

    private static (string, SchedulerCommand) OnDemand(SimulatedCommands.World w, string id) => (id, new SubmitDeployCommand(Machine.Job(
        id, new DeployOptions { OnDemand = new OnDemand(3), Retry = new Retry(2), RunLimit = TimeSpan.FromMinutes(2) })));

    // The same pick for the subject and the command of one step.
    private static string Service(SimulatedCommands.World w) => $"web{w.Runs % 3}";

    private static string Any(SimulatedCommands.World w) => (w.Runs % 5) switch { 3 => "nightly", 4 => "report", var web => $"web{web}" };

    private static CommandOrigin By(SimulatedCommands.World w) =>
        new(Somebody, null, w.Agenda.OneIn(2) ? w.Agenda.Between(1000, 90_000) : null);

    private static CommandOrigin Shortly(SimulatedCommands.World w) => new(Somebody, null, w.Agenda.Between(1000, 20_000));

    private static (string, SchedulerCommand)? Of(string id, Func<string, SchedulerCommand> make) => (id, make(id));
}
