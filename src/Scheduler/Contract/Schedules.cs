using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Contract;

/// <summary>Whether a schedule is one, for those who read definitions: the same rules as when it is deployed.</summary>
public static class Schedules
{
    /// <returns>What is wrong and what would be right; null: nothing is.</returns>
    public static string? ProblemOf(Schedule schedule)
    {
        var (rule, problem) = CronRule.Parse(schedule);
        return problem ?? (rule!.After(DateTimeOffset.UnixEpoch) is null ? $"'{schedule.Cron}' never fires: there is no such day." : null);
    }

    /// <summary>Whether the text is an IANA name of a time zone.</summary>
    public static bool IsTimeZone(string text) => TimeZones.Find(text) is not null;
}
