using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.DeployStages.Core.Deploys;

/// <summary>From what a definition says about a deployable to the policy of its deploy. Pure.</summary>
internal static class RunOptions
{
    /// <summary>The scheduler's kind of the deployable.</summary>
    public static RequestKind KindOf(ResolvedDeployable d) => d.Kind switch
    {
        "worker" => RequestKind.Worker,
        "cron" => RequestKind.Cron,
        "job" => d.Runs?.OnDeploy == true ? RequestKind.RunOnce : RequestKind.OnDemand,
        _ => RequestKind.Service,
    };

    /// <param name="rollout">Of the stage; only what runs all the time rolls out.</param>
    public static DeployOptions Of(ResolvedDeployable d, Scheduler.Contract.Deploys.Rollout rollout) =>
        d.Runs is not { } runs ? new DeployOptions { Rollout = rollout } : new DeployOptions
        {
            Schedule = ScheduleOf(runs),
            RunLimit = runs.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Retry = new Retry(runs.Retries ?? 0),
            OnDemand = new OnDemand(runs.MaxRunning),
        };

    /// <summary>The readiness check; null: healthy when it runs.</summary>
    public static Readiness? ReadinessOf(DeployableHealth? h) => h is null ? null : new Readiness(
        h.Http, TimeSpan.FromSeconds(h.StartupSeconds), TimeSpan.FromSeconds(h.IntervalSeconds),
        TimeSpan.FromSeconds(h.TimeoutSeconds), h.Successes, TimeSpan.FromSeconds(h.HealthyForSeconds));

    private static Schedule? ScheduleOf(DeployableRuns runs) => runs.Schedule is { } cron
        ? new Schedule(cron, runs.Timezone ?? "UTC", OverlapOf(runs), runs.CatchUp == "once" ? CatchUp.Once : CatchUp.None)
        : null;

    private static Overlap OverlapOf(DeployableRuns runs) => runs.Overlap switch
    {
        "allow" => Overlap.Allow,
        "replace" => Overlap.Replace,
        _ => Overlap.Skip,
    };
}
