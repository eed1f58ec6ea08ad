using Pipeline.DeployStages.Contract;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.DeployStages.Core.Deploys;

/// <summary>The state of a deployable in a stage, as the matrix shows it. Pure.</summary>
internal static class CellState
{
    /// <summary>Of a deployable that does not run in the stage.</summary>
    public static string OfAbsent(PromotionPhase? moving) => moving?.ToKebab() ?? "absent";

    /// <param name="moving">The phase of the promotion that moves the slot; null when nothing moves it.</param>
    /// <param name="deploy">Null when the scheduler no longer knows it.</param>
    /// <param name="instances">How many should run.</param>
    public static string Of(PromotionPhase? moving, DeployView? deploy, int instances)
    {
        if (moving is { } phase)
            return phase.ToKebab();
        if (deploy is null || DeployHealth.RunsAllTheTime(deploy))
            return (deploy?.HealthyInstances ?? 0) >= instances ? "healthy" : "degraded";
        if (!DeployHealth.IsInOrder(deploy))
            return "degraded";
        return deploy.State == "succeeded" ? "succeeded" : "active";
    }
}
