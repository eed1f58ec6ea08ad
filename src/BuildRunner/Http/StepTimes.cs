using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Http;

/// <summary>Finds times that no step has: a field that was left out is the year 1, which PostgreSQL stores as -infinity.</summary>
internal static class StepTimes
{
    private static readonly DateTimeOffset End = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>400 with the name of the field; null when the times are plausible.</summary>
    public static ProblemHttpResult? Find(StepReport report) =>
        !IsPlausible(report.StartedAt) ? Wrong("startedAt")
        : report.FinishedAt is { } finished && !IsPlausible(finished) ? Wrong("finishedAt")
        : null;

    private static bool IsPlausible(DateTimeOffset at) => at >= DateTimeOffset.UnixEpoch && at < End;

    private static ProblemHttpResult Wrong(string field) => Problems.Invalid(field, "must be a time from the years 1970 to 9998.");
}
