using System.Collections.Concurrent;
using System.Transactions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Kernel.Jobs;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests;

public sealed class SweeperTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_second_is_a_round_of_its_own_in_one_transaction()
    {
        var time = new FakeTimeProvider();
        using var sweeper = new Recorder(time);
        await sweeper.StartAsync(TestContext.Current.CancellationToken);

        await NextRoundAsync(sweeper, time);
        await NextRoundAsync(sweeper, time);

        Assert.All(sweeper.Rounds, r => Assert.True(r.InTransaction));
        Assert.True(sweeper.Rounds.Last().At > sweeper.Rounds.First().At);
        await sweeper.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_round_that_fails_is_told_and_the_next_one_comes()
    {
        var time = new FakeTimeProvider();
        using var sweeper = new Recorder(time) { Fails = true };
        await sweeper.StartAsync(TestContext.Current.CancellationToken);

        await NextRoundAsync(sweeper, time);
        await Eventually.IsTrueAsync(() => Task.FromResult(!sweeper.Failures.IsEmpty), Patience, "the failure is told");
        sweeper.Fails = false;
        await NextRoundAsync(sweeper, time);

        Assert.All(sweeper.Failures, f => Assert.Equal("the database is away", f.Message));
        await sweeper.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stopping_in_the_middle_of_a_wait_is_no_failure()
    {
        using var sweeper = new Recorder(new FakeTimeProvider());
        await sweeper.StartAsync(TestContext.Current.CancellationToken);

        await sweeper.StopAsync(TestContext.Current.CancellationToken);

        Assert.Empty(sweeper.Failures);
        Assert.Empty(sweeper.Rounds);
    }

    private static async Task NextRoundAsync(Recorder sweeper, FakeTimeProvider time)
    {
        var before = sweeper.Rounds.Count;
        await Eventually.IsTrueAsync(
            () =>
            {
                // It starts in the background: a second that passes before its timer is there is lost.
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(sweeper.Rounds.Count > before);
            },
            Patience, "another round");
    }

    private sealed class Recorder(TimeProvider time) : Sweeper(time)
    {
        public ConcurrentQueue<(DateTimeOffset At, bool InTransaction)> Rounds { get; } = [];
        public ConcurrentQueue<Exception> Failures { get; } = [];
        public volatile bool Fails;

        protected override Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
        {
            Rounds.Enqueue((now, Transaction.Current is not null));
            return Fails ? throw new InvalidOperationException("the database is away") : Task.FromResult(1);
        }

        protected override void Failed(Exception failure) => Failures.Enqueue(failure);
    }
}
