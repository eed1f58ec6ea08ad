using System.Globalization;
using CsCheck;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Tests.Core.Policy;

public sealed class CronRuleTests
{
    public static TheoryData<string, string, string, string?> FireTimes => new()
    {
        // schedule, zone, after, the next fire time in UTC
        { "0 3 * * *", "UTC", "2026-01-01T02:59:59Z", "2026-01-01T03:00:00Z" },
        { "0 3 * * *", "UTC", "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z" },
        { "0 3 * * *", "Europe/Athens", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z" },
        { "0 3 * * *", "Europe/Athens", "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z" },
        { "*/10 * * * * *", "UTC", "2026-01-01T00:00:01Z", "2026-01-01T00:00:10Z" },
        { "@daily", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z" },
        { "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z" },
        { "0 0 30 2 *", "UTC", "2026-01-01T00:00:00Z", null },

        // Clocks in Athens go from 3:00 to 4:00 on 2026-03-29, and from 4:00 back to 3:00 on 2026-10-25.
        { "30 3 * * *", "Europe/Athens", "2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z" },
        { "30 3 * * *", "Europe/Athens", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z" },
        { "30 3 * * *", "Europe/Athens", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z" },
    };

    [Theory]
    [MemberData(nameof(FireTimes))]
    public void A_schedule_fires_by_the_clock_of_its_zone(string cron, string zone, string after, string? expected)
    {
        var next = Rule(cron, zone).After(At(after));
        Assert.Equal(expected is null ? null : At(expected), next);
        Assert.True(next is null || next.Value.Offset == TimeSpan.Zero);
    }

    [Theory]
    [InlineData("* * *", "'* * *' has 3 fields: give 5 (minute hour day month weekday), or 6 with seconds first.")]
    [InlineData("* * * * * * *", "'* * * * * * *' has 7 fields: give 5 (minute hour day month weekday), or 6 with seconds first.")]
    [InlineData("", "'' has 0 fields: give 5 (minute hour day month weekday), or 6 with seconds first.")]
    [InlineData("60 * * * *", "'60 * * * *' is not a schedule: ")]
    [InlineData("@sometimes", "'@sometimes' is not a schedule: ")]
    [InlineData("H 3 * * *", "'H 3 * * *' leaves a time to be chosen by H, as in Jenkins: write the number")]
    [InlineData("H/15 * * * *", "'H/15 * * * *' leaves a time to be chosen by H")]
    [InlineData("0 h(0-7) * * *", "'0 h(0-7) * * *' leaves a time to be chosen by H")]
    [InlineData("1,H * * * *", "'1,H * * * *' is not a schedule: ")]
    [InlineData("0 0 30 2 *", "'0 0 30 2 *' never fires: there is no such day.")]
    public void What_is_no_schedule_is_named_with_what_would_be_right(string cron, string problem) =>
        Assert.StartsWith(problem, Schedules.ProblemOf(new Schedule(cron, "UTC")), StringComparison.Ordinal);

    /// <summary>A pusher writes it: whatever it is, the answer is a sentence.</summary>
    [Fact]
    public void Any_text_is_a_schedule_or_gets_a_sentence() =>
        Gen.OneOf(Gen.Char["0123456789*/,-?LWH#@ "].Array[0, 20].Select(c => new string(c)), Gen.String[0, 20]).Sample(
            text => Schedules.ProblemOf(new Schedule(text, "UTC")) is null or { Length: > 0 }, iter: 20_000);

    [Theory]
    [InlineData("*/5 * * * *")]
    [InlineData("\t0\t3  * * 1 ")]
    [InlineData("@hourly")]
    public void White_space_and_macros_are_fine(string cron) => Assert.Null(Schedules.ProblemOf(new Schedule(cron, "UTC")));

    // It looks back in growing spans: the answer may not depend on where one of them begins.
    [Fact]
    public void The_newest_fire_time_of_a_span_is_the_last_that_going_through_it_gives()
    {
        string[] crons = ["*/7 * * * * *", "*/5 * * * *", "0 * * * *", "0 3 * * *", "0 0 1 * *", "0 0 1 1 *"];
        var start = At("2026-01-01T00:00:00Z");
        Gen.Select(
            Gen.Int[0, crons.Length - 1].Select(i => crons[i]), Gen.Int[0, 500_000], Gen.OneOf(Gen.Int[0, 4000], Gen.Int[0, 8_000_000]))
            .Sample((cron, offset, length) =>
            {
                var rule = Rule(cron, "UTC");
                var (from, to) = (start.AddSeconds(offset), start.AddSeconds(offset + length));
                var newest = rule.NewestIn(from, to);
                if (newest is not { } found)
                {
                    Assert.False(rule.After(from.AddTicks(-1)) <= to);
                    return;
                }

                Assert.InRange(found, from, to);
                Assert.Equal(found, rule.After(found.AddTicks(-1)));
                Assert.False(rule.After(found) <= to);
            });
    }

    [Fact]
    public void Both_ends_of_a_span_belong_to_it()
    {
        var rule = Rule("0 3 * * *", "UTC");
        var at = At("2026-01-02T03:00:00Z");
        Assert.Equal(at, rule.NewestIn(at, at));
        Assert.Equal(at, rule.NewestIn(at, at.AddHours(1)));
        Assert.Equal(at, rule.NewestIn(at.AddDays(-90), at));
        Assert.Null(rule.NewestIn(at.AddTicks(1), at.AddHours(1)));
    }

    private static CronRule Rule(string cron, string zone) => CronRule.Parse(new Schedule(cron, zone)).Rule!;

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
