using Cronos;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>A schedule that can be asked for its fire times. Pure: time zones come from the machine's own database of them.</summary>
internal sealed class CronRule
{
    private static readonly TimeSpan[] Spans = [TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1),
        TimeSpan.FromDays(32)];

    private readonly CronExpression expression;
    private readonly TimeZoneInfo zone;

    private CronRule(CronExpression expression, TimeZoneInfo zone) => (this.expression, this.zone) = (expression, zone);

    /// <returns>The rule, or what is wrong with the schedule and what would be right.</returns>
    public static (CronRule? Rule, string? Problem) Parse(Schedule schedule)
    {
        if (TimeZones.Find(schedule.TimeZone) is not { } zone)
            return (null, $"'{schedule.TimeZone}' is not a time zone: give an IANA name such as Europe/Athens.");
        var cron = schedule.Cron;
        var fields = cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (!cron.StartsWith('@') && fields.Length is not (5 or 6))
            return (null, $"'{cron}' has {fields.Length} fields: give 5 (minute hour day month weekday), or 6 with seconds first.");
        if (fields.Any(f => f.StartsWith('H') || f.StartsWith('h')))
            return (null, $"'{cron}' leaves a time to be chosen by H, as in Jenkins: write the number that it shall be.");
        try
        {
            var format = fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard;
            return (new CronRule(CronExpression.Parse(cron, format), zone), null);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return (null, $"'{cron}' is not a schedule: {e.Message}");
        }
    }

    /// <returns>Null when it never fires again.</returns>
    public DateTimeOffset? After(DateTimeOffset at) => expression.GetNextOccurrence(at, zone)?.ToUniversalTime();

    /// <summary>The newest fire time in the span, both ends included.</summary>
    public DateTimeOffset? NewestIn(DateTimeOffset from, DateTimeOffset to)
    {
        // Looked for in growing spans back from the end, so that a schedule of every second costs no more than a daily one.
        foreach (var span in Spans.Append(to - from))
        {
            var begin = to - span < from ? from : to - span;
            if (expression.GetOccurrences(begin, to, zone, fromInclusive: true, toInclusive: true).ToList() is [.., var newest])
                return newest.ToUniversalTime();
            if (begin == from)
                return null;
        }

        return null;
    }
}
