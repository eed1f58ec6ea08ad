using Microsoft.Extensions.Time.Testing;
using Pipeline.Mesos.Client;
using Pipeline.TestKit;

namespace Pipeline.Mesos.Tests;

/// <summary>The pauses between attempts to subscribe.</summary>
public sealed class SubscriptionRetryTests
{
    private const int Samples = 500;
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(15);
    private static readonly SubscriptionEnded Removed = new(SubscriptionEnd.FrameworkRemoved, "gone");

    [Fact]
    public void The_first_retry_is_quick() => Assert.All(Delays(1), d => Assert.InRange(d, 50, 100));

    [Theory]
    [InlineData(2, 1000)]
    [InlineData(3, 2000)]
    [InlineData(5, 8000)]
    [InlineData(6, 15_000)]
    [InlineData(20, 15_000)]
    [InlineData(int.MaxValue, 15_000)]
    public void Later_ones_are_anywhere_up_to_a_limit_that_doubles(int failures, int limit)
    {
        var delays = Delays(failures);
        Assert.All(delays, d => Assert.InRange(d, 0, limit));
        // Full jitter: both ends of the range are used.
        Assert.Contains(delays, d => d < limit / 4);
        Assert.Contains(delays, d => d > limit * 3 / 4);
    }

    [Fact]
    public async Task Rounds_are_repeated_after_their_pause_until_one_ends_for_good()
    {
        var time = new FakeTimeProvider();
        var began = time.GetTimestamp();
        var rounds = new List<TimeSpan>();
        var running = SubscriptionRetry.Create(Max, time).ExecuteAsync(
            _ =>
            {
                rounds.Add(time.GetElapsedTime(began));
                return ValueTask.FromResult(new SubscriptionRound(rounds.Count == 4 ? Removed : null, rounds.Count));
            },
            TestContext.Current.CancellationToken).AsTask();
        await PassAsync(time, running);

        Assert.Same(Removed, (await running).End);
        Assert.Equal(4, rounds.Count);
        Assert.InRange((rounds[1] - rounds[0]).TotalMilliseconds, 50, 110);
        Assert.InRange((rounds[2] - rounds[1]).TotalMilliseconds, 0, 1010);
        Assert.InRange((rounds[3] - rounds[2]).TotalMilliseconds, 0, 2010);
    }

    [Fact]
    public async Task Without_the_clock_moving_nothing_is_retried()
    {
        var rounds = 0;
        using var stop = new CancellationTokenSource();
        var running = SubscriptionRetry.Create(Max, new FakeTimeProvider()).ExecuteAsync(
            _ => ValueTask.FromResult(new SubscriptionRound(null, ++rounds)), stop.Token).AsTask();
        Assert.Equal(1, rounds);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task An_error_of_the_caller_is_not_retried() => await Assert.ThrowsAsync<InvalidOperationException>(() =>
        SubscriptionRetry.Create(Max, new FakeTimeProvider()).ExecuteAsync(
            _ => ValueTask.FromException<SubscriptionRound>(new InvalidOperationException("a bug")),
            TestContext.Current.CancellationToken).AsTask());

    [Fact]
    public async Task A_master_that_refuses_connections_is_tried_again_and_again()
    {
        var time = new FakeTimeProvider();
        await using var master = new ScriptedMaster { Always = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno" };
        await using var client = TestClient.Of(master, time: time);
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return Task.FromResult(client.Events.OfType<Disconnected>().Count() >= 5);
            },
            TimeSpan.FromSeconds(20), "five failed rounds");

        Assert.All(client.Events.OfType<Disconnected>(), d => Assert.Equal("503 no", d.Reason));
    }

    private static List<double> Delays(int failures) =>
        [.. Enumerable.Range(0, Samples).Select(_ => SubscriptionRetry.Delay(failures, Max).TotalMilliseconds)];

    /// <summary>Moves the clock by 10 ms at a time until the task is over.</summary>
    private static Task PassAsync(FakeTimeProvider time, Task running) => Eventually.IsTrueAsync(
        () =>
        {
            for (var i = 0; i < 100 && !running.IsCompleted; i++)
                time.Advance(TimeSpan.FromMilliseconds(10));
            return Task.FromResult(running.IsCompleted);
        },
        TimeSpan.FromSeconds(20), "the end");
}
