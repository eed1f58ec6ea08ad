using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Rollout;

/// <summary>From what a definition says of a deployable's runs to the policy of its deploy.</summary>
internal static class RunOptions
{
    public static RequestKind KindOf(ResolvedDeployable d) => d.Kind switch
    {
        "worker" => RequestKind.Worker,
        "cron" => RequestKind.Cron,
        "job" => d.Runs?.OnDeploy == true ? RequestKind.RunOnce : RequestKind.OnDemand,
        _ => RequestKind.Service,
    };

    /// <param name="rollout">Of the stage; only what runs all the time rolls out.</param>
    public static DeployOptions Of(ResolvedDeployable d, Scheduler.Contract.Rollout rollout)
    {
        if (d.Runs is not { } runs)
            return new DeployOptions { Rollout = rollout };
        return new DeployOptions
        {
            Schedule = runs.Schedule is null
                ? null
                : new Schedule(runs.Schedule, runs.Timezone ?? "UTC", OverlapOf(runs), runs.CatchUp == "once" ? CatchUp.Once : CatchUp.None),
            RunLimit = runs.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Retry = new Retry(runs.Retries ?? 0),
            OnDemand = new OnDemand(runs.MaxRunning),
        };
    }

    private static Overlap OverlapOf(DeployableRuns runs) => runs.Overlap switch
    {
        "allow" => Overlap.Allow,
        "replace" => Overlap.Replace,
        _ => Overlap.Skip,
    };
}
