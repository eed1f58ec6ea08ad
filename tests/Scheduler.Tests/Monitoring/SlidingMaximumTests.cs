using Microsoft.Extensions.Time.Testing;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Tests.Monitoring;

public sealed class SlidingMaximumTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Nothing_was_measured_at_first() => Assert.Null(new SlidingMaximum(time).Value);

    [Fact]
    public void The_greatest_counts_whatever_the_order()
    {
        var maximum = new SlidingMaximum(time);
        foreach (var seconds in new[] { 2, 5, 3 })
            maximum.Add(TimeSpan.FromSeconds(seconds));
        Assert.Equal(TimeSpan.FromSeconds(5), maximum.Value);
    }

    [Theory]
    [InlineData(59, 5)]
    [InlineData(61, 5)]
    [InlineData(119, 5)]
    [InlineData(121, null)]
    [InlineData(600, null)]
    public void A_value_counts_for_one_to_two_minutes(int after, int? expected)
    {
        var maximum = new SlidingMaximum(time);
        maximum.Add(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(after));
        Assert.Equal(expected is { } seconds ? TimeSpan.FromSeconds(seconds) : null, maximum.Value);
    }

    [Fact]
    public void It_is_never_less_than_any_value_of_the_last_minute()
    {
        var maximum = new SlidingMaximum(time);
        var random = new Random(7);
        var added = new List<(long At, TimeSpan Value)>();
        for (var i = 0; i < 2000; i++)
        {
            time.Advance(TimeSpan.FromSeconds(random.Next(0, 30)));
            var value = TimeSpan.FromMilliseconds(random.Next(1, 10_000));
            maximum.Add(value);
            added.Add((time.GetTimestamp(), value));
            var lately = added.Where(a => time.GetElapsedTime(a.At) < TimeSpan.FromMinutes(1)).Max(a => a.Value);
            var longer = added.Where(a => time.GetElapsedTime(a.At) < TimeSpan.FromMinutes(2)).Max(a => a.Value);
            Assert.InRange(maximum.Value!.Value, lately, longer);
        }
    }
}
