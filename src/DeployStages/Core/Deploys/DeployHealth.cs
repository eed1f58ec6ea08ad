using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.DeployStages.Core.Deploys;

/// <summary>What the scheduler's rows say about the health of a deploy. Pure.</summary>
internal static class DeployHealth
{
    /// <summary>
    /// A service or worker is in order when every instance is healthy. A cron, or a job that runs on demand, is in order as long as it is
    /// active: no instance has to run. A job that runs with its deploy is in order once it succeeded.
    /// </summary>
    public static bool IsInOrder(DeployView deploy) => RunsAllTheTime(deploy)
        ? deploy.HealthyInstances >= deploy.Instances
        : deploy.State is "active" or "succeeded";

    /// <summary>A service or a worker.</summary>
    public static bool RunsAllTheTime(DeployView deploy) => deploy.Kind is "service" or "worker";

    /// <summary>The task failed since the deploy was healthy, and the release is to blame. Infrastructure failures are not its fault: the
    /// scheduler replaces the instance.</summary>
    public static bool IsFailureOfRelease(TaskView task, DateTimeOffset? since) =>
        task.EndedAt >= since && task.FailureClass is "app" or "health" or "config" or "security";

    /// <summary>The class of failure that a view names; the release's fault when it names none.</summary>
    public static FailureClass ClassOf(string? text) =>
        Enum.TryParse<FailureClass>(text, ignoreCase: true, out var known) ? known : FailureClass.App;
}
