using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Simulation.Commands;

/// <summary>
/// What the random histories do without, because their invariants would need exceptions for it: deploys with every option, deploys that
/// are refused, quotas, envelopes that do not hold. Recorded for its effects alone.
/// </summary>
internal static class VariedCommands
{
    private static readonly Actor Somebody = Actor.Person("petros");
    private static readonly Digest Bytes = Digest.Parse(new string('a', 64));

    public static readonly CoreSettings Settings = new("test", "pipeline")
    {
        Quotas = new Dictionary<string, Quota> { ["team-a"] = new(3, 2048, 6), ["team-b"] = new(null, null, 4) },
        Reserved = new Dictionary<string, IReadOnlyList<string>> { ["rack"] = ["r9"] },
        MaxTasksPerOffer = 3,
        MaxDraining = 1,
        KillIfNotRunning = TimeSpan.FromSeconds(20),
        MissingAfter = TimeSpan.FromSeconds(30),
        DeadAfter = TimeSpan.FromMinutes(2),
        PurgeAfter = TimeSpan.FromMinutes(5),
        BounceLasts = TimeSpan.FromSeconds(40),
        MaintenanceLead = TimeSpan.FromSeconds(20),
    };

    public static readonly IReadOnlyList<SimulatedCommands.Kind> All =
    [
        .. SimulatedCommands.All,
        new(12, w => Service(w, w.NextDeploy())),
        new(2, w => Run(w, w.NextDeploy())),
        new(2, w => Refused(w, w.NextDeploy())),
        new(3, w => Scheduled(w, w.NextDeploy())),
        new(2, w => Late(w, w.NextRun())),
        new(4, w => w.Durable.LiveDeploys.FirstOrDefault(d => d.Spec.Options.Rollout.Acceptance is Acceptance.Manual or Acceptance.Checked
                && d.Progress.HealthyAt is not null) is { } d
            ? (d.Id, new AdvanceDeployCommand(d.Id, !w.Agenda.OneIn(5), "looked at", Somebody))
            : null),
        new(1, w => ("test", new ForcePlacementCommand(w.Agenda.Pick(Enum.GetValues<PlacementStrategy>()), w.Agenda.OneIn(2), By))),
        new(1, w => ("web0", new ScaleCommand("web0", w.Agenda.Pick(-1, 30), w.Agenda.OneIn(2), false, By))),
    ];

    private static CommandOrigin By => new(Somebody, "to see");

    /// <summary>Some of the envelopes do not hold, always the same.</summary>
    public static TrustViolation? Check(Deploy deploy, DateTimeOffset now) =>
        deploy.Spec.Trust is { } trust && trust.Generation % 4 == 3
            ? new TrustViolation("artifact-changed", $"generation {trust.Generation}")
            : null;

    private static (string, SchedulerCommand) Service(SimulatedCommands.World w, string id) => (id, new SubmitDeployCommand(
        Machine.Web(id, w.Agenda.Pick(1, 6), w.Agenda.OneIn(3) ? null : SimulatedCommands.Quick) with
        {
            RequestId = $"web{w.Agenda.Pick(0, 3)}",
            Kind = w.Agenda.OneIn(3) ? RequestKind.Worker : RequestKind.Service,
            Budget = TimeSpan.FromSeconds(w.Agenda.Pick(10, 120)),
            KillGrace = TimeSpan.FromSeconds(3),
            Trust = w.Agenda.OneIn(3) ? new DeployTrust(Bytes, Bytes, "qa", w.Agenda.Pick(0, 12)) : null,
            Options = Options(w),
        }));

    private static DeployOptions Options(SimulatedCommands.World w) => new()
    {
        Placement = new Placement(w.Agenda.Pick(Enum.GetValues<PlacementStrategy>()), w.Agenda.OneIn(3), w.Agenda.OneIn(3))
        {
            RackAffinity = w.Agenda.OneIn(8) ? ["r1", "r2"] : [],
        },
        Unreachable = new Unreachable(w.Agenda.OneIn(3) ? TimeSpan.FromSeconds(2) : null, w.Agenda.OneIn(2), w.Agenda.OneIn(5)),
        Rollout = new Rollout((Acceptance)w.Agenda.Pick(0, 4), TimeSpan.FromSeconds(4), w.Agenda.OneIn(2) ? w.Agenda.Pick(0, 3) : null)
        {
            Groups = w.Agenda.OneIn(2) ? [] : [new Share(1), new Share(60, Percent: true)],
        },
        Probing = new Probing(w.Agenda.Between(0, 2000), HealthyAfter: w.Agenda.OneIn(2) ? TimeSpan.FromSeconds(2) : default)
        {
            FailureCodes = w.Agenda.OneIn(9) ? [200] : [],
        },
        Priority = w.Agenda.OneIn(3) ? w.Agenda.Pick(1, 10) / 10m : null,
        Owner = w.Agenda.Pick([null, "team-a", "team-b"]),
        WaitAfterTask = TimeSpan.FromSeconds(w.Agenda.Pick(0, 3)),
        SkipHealth = w.Agenda.OneIn(6),
        Unpause = w.Agenda.OneIn(2),
        MaxInstances = w.Agenda.OneIn(3) ? 4 : null,
    };

    private static (string, SchedulerCommand) Run(SimulatedCommands.World w, string id) => (id, new SubmitDeployCommand(
        Machine.Web(id, 1) with { RequestId = "migrate", Kind = RequestKind.RunOnce, Route = null, Options = new DeployOptions { Owner = "team-b" } }));

    private static (string, SchedulerCommand) Refused(SimulatedCommands.World w, string id) =>
        (id, new SubmitDeployCommand(w.Agenda.Pick(0, 4) switch
    {
        0 => Machine.Web($"{id} {id}", 1) with { RequestId = "web1" },
        1 => Machine.Web(id, 1) with { RequestId = "migrate" },
        2 => Machine.Web(id, 1) with { RequestId = "web2", Options = new DeployOptions { Limits = new Limits(0.1m) } },
        _ => Machine.Nightly(id, new Schedule("never", "Europe/Athens")),
    }));

    private static (string, SchedulerCommand) Scheduled(SimulatedCommands.World w, string id) =>
        (id, new SubmitDeployCommand(Machine.Nightly(
        id, new Schedule("*/20 * * * * *", "Europe/Athens", (Overlap)w.Agenda.Pick(0, 3), (CatchUp)w.Agenda.Pick(0, 2)),
        new DeployOptions
        {
            Retry = new Retry(w.Agenda.Pick(0, 3), TimeSpan.FromSeconds(w.Agenda.Pick(0, 3))), ExpectedRunTime = TimeSpan.FromSeconds(1),
            KillOldAfter = TimeSpan.FromSeconds(w.Agenda.Pick(0, 20)),
        })));

    private static (string, SchedulerCommand) Late(SimulatedCommands.World w, string id) => (id, new SubmitRunCommand(
        Machine.Build(id, retries: 1) with { MaxRunTime = TimeSpan.FromSeconds(w.Agenda.Pick(1, 20)), Options = new DeployOptions { Owner = "team-a" } }));
}
