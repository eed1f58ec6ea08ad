using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>How long runs of a request take, and when one takes too long.</summary>
internal static class RunTimeRules
{
    private const int Kept = 10;
    private const int Needed = 3;
    private const double Factor = 2;
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    public static IReadOnlyList<double> With(IReadOnlyList<double> times, TimeSpan took) =>
        [.. times.Skip(Math.Max(0, times.Count + 1 - Kept)), Math.Round(took.TotalSeconds, 3)];

    /// <returns>After how long somebody should be told, and in words why; null when there is nothing to compare with.</returns>
    public static (TimeSpan Limit, string Because)? LimitOf(Request request, DeploySpec spec)
    {
        if (spec.Options.ExpectedRunTime is { } expected)
            return (expected, $"{expected.TotalSeconds:0} s are expected");
        if (request.RunTimes.Count < Needed)
            return null;
        var average = request.RunTimes.Average();
        var limit = TimeSpan.FromSeconds(Math.Round(average * Factor, 3));
        return (limit > Shortest ? limit : Shortest, $"its last {request.RunTimes.Count} runs took {average:0} s on average");
    }
}
