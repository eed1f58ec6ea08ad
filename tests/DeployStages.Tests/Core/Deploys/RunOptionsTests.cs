using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Core.Deploys;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.DeployStages.Tests.Core.Deploys;

public sealed class RunOptionsTests
{
    private static readonly DeployableRuns None = new(null, null, null, null, null, null, null, null);

    public static TheoryData<string, bool?, RequestKind> Kinds => new()
    {
        { "service", null, RequestKind.Service },
        { "worker", null, RequestKind.Worker },
        { "cron", null, RequestKind.Cron },
        { "job", true, RequestKind.RunOnce },
        { "job", false, RequestKind.OnDemand },
        { "job", null, RequestKind.OnDemand },
        { "unheard-of", null, RequestKind.Service },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_kind_of_a_request(string kind, bool? onDeploy, RequestKind expected)
    {
        Assert.Equal(expected, RunOptions.KindOf(Of(kind, onDeploy is null ? null : None with { OnDeploy = onDeploy })));
        Assert.Equal(kind == "job" ? RequestKind.OnDemand : expected, RunOptions.KindOf(Of(kind, null)));
    }

    [Fact]
    public void What_runs_all_the_time_rolls_out_as_the_stage_says()
    {
        var rollout = new Scheduler.Contract.Deploys.Rollout(Acceptance.Timed, TimeSpan.FromSeconds(30)) { Groups = [new Share(1)] };
        Assert.Same(rollout, RunOptions.Of(Of("service", null), rollout).Rollout);
    }

    [Fact]
    public void A_run_takes_no_groups_and_has_its_own_limits()
    {
        var rollout = new Scheduler.Contract.Deploys.Rollout(Acceptance.Timed, TimeSpan.FromSeconds(30)) { Groups = [new Share(1)] };
        var options = RunOptions.Of(Of("job", None with { TimeoutSeconds = 90, Retries = 2, MaxRunning = 4 }), rollout);
        Assert.False(options.Rollout.IsIncremental);
        Assert.Equal(TimeSpan.FromSeconds(90), options.RunLimit);
        Assert.Equal((2, 4), (options.Retry.Times, options.OnDemand.MaxRunning!.Value));
        Assert.Null(options.Schedule);
    }

    [Fact]
    public void A_run_without_limits_has_none()
    {
        var options = RunOptions.Of(Of("job", None), new());
        Assert.Null(options.RunLimit);
        Assert.Null(options.OnDemand.MaxRunning);
        Assert.Equal(0, options.Retry.Times);
    }

    public static TheoryData<string?, string?, string?, Schedule> Schedules => new()
    {
        { null, null, null, new Schedule("0 3 * * *", "UTC", Overlap.Skip, CatchUp.None) },
        { "Europe/Athens", "skip", "none", new Schedule("0 3 * * *", "Europe/Athens", Overlap.Skip, CatchUp.None) },
        { null, "allow", "once", new Schedule("0 3 * * *", "UTC", Overlap.Allow, CatchUp.Once) },
        { null, "replace", null, new Schedule("0 3 * * *", "UTC", Overlap.Replace, CatchUp.None) },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void A_cron_has_its_schedule(string? zone, string? overlap, string? catchUp, Schedule expected)
    {
        var runs = None with { Schedule = "0 3 * * *", Timezone = zone, Overlap = overlap, CatchUp = catchUp };
        Assert.Equal(expected, RunOptions.Of(Of("cron", runs), new()).Schedule);
    }

    [Fact]
    public void Seconds_of_a_health_check_become_times()
    {
        Assert.Null(RunOptions.ReadinessOf(null));
        Assert.Equal(
            new Readiness(
                "/healthz", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2), 3, TimeSpan.FromSeconds(10)),
            RunOptions.ReadinessOf(new DeployableHealth("/healthz", 60, 5, 2, 3, 10)));
    }

    private static ResolvedDeployable Of(string kind, DeployableRuns? runs) =>
        ResolvedDeployable.For(Sample.Service("web") with { Kind = kind, Runs = runs }, "qa");
}
