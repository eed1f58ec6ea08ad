using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>What is more important is placed first, and runs on through a freeze. A priority is a number from 0 to 1.</summary>
internal static class PriorityRules
{
    /// <summary>What people gave the request, or its deploy, or else the default of its kind.</summary>
    public static decimal Of(Request request, Deploy deploy) =>
        request.Overrides.Priority?.Priority ?? deploy.Spec.Options.Priority
        ?? DefaultFor(deploy.Parent is null ? deploy.Spec.Kind : request.Kind);

    public static decimal DefaultFor(RequestKind kind) => kind switch
    {
        RequestKind.Service => 0.7m,
        RequestKind.Worker => 0.5m,
        RequestKind.RunOnce or RequestKind.Cron or RequestKind.OnDemand => 0.3m,
    };
}
