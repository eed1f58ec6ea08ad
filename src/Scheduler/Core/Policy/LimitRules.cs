using System.Globalization;
using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>The master refuses a task whose limit is below its need, so such a deploy is refused at once.</summary>
internal static class LimitRules
{
    /// <returns>Null when the limits are valid.</returns>
    public static string? Fault(ResourceNeed needs, Limits limits) =>
        Below("limits.cpus", limits.Cpus, needs.Cpus) ?? Below("limits.memoryMb", limits.MemoryMb, needs.MemoryMb);

    private static string? Below(string field, decimal? limit, decimal need) => limit < need
        ? string.Create(
            CultureInfo.InvariantCulture, $"{field}: {limit:0.###} is below the {need:0.###} that a task needs: raise it, or leave it out")
        : null;
}
