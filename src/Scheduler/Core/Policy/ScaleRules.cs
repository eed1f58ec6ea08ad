using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core;

internal static class ScaleRules
{
    /// <summary>A drop of more than this, or of more than half of more than this, must be meant.</summary>
    private const int LargeDrop = 10;

    public static bool IsLargeDrop(int from, int to) => from - to > LargeDrop || (from > LargeDrop && (from - to) * 2 > from);

    public static decimal DefaultPriority(RequestKind kind) => kind switch
    {
        RequestKind.Service => 0.7m,
        RequestKind.Worker => 0.5m,
        RequestKind.RunOnce or RequestKind.Cron or RequestKind.OnDemand => 0.3m,
    };
}
