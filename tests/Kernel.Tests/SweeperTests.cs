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

    [Fact]
    public async Task What_a_tick_does_besides_comes_first_and_outside_of_the_transaction_and_may_fail()
    {
        var time = new FakeTimeProvider();
        using var sweeper = new Recorder(time) { BeforeFails = true };
        await sweeper.StartAsync(TestContext.Current.CancellationToken);

        await NextAsync(() => sweeper.Failures.Count, time);
        Assert.Empty(sweeper.Rounds);
        Assert.All(sweeper.Failures, f => Assert.Equal("no metrics", f.Message));
        sweeper.BeforeFails = false;
        await NextRoundAsync(sweeper, time);

        Assert.All(sweeper.Before, inTransaction => Assert.False(inTransaction));
        await sweeper.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_round_of_its_own_says_how_many_were_due_at_the_clock_s_time_and_lets_its_failure_rise()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        using var sweeper = new Recorder(time);

        Assert.Equal(1, await sweeper.SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal((time.GetUtcNow(), true), sweeper.Rounds.Single());
        Assert.Empty(sweeper.Before);

        sweeper.Fails = true;
        await Assert.ThrowsAsync<InvalidOperationException>(() => sweeper.SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Empty(sweeper.Failures);
        Assert.Null(Transaction.Current);
    }

    private static Task NextRoundAsync(Recorder sweeper, FakeTimeProvider time) => NextAsync(() => sweeper.Rounds.Count, time);

    private static async Task NextAsync(Func<int> count, FakeTimeProvider time)
    {
        var before = count();
        await Eventually.IsTrueAsync(
            () =>
            {
                // It starts in the background: a second that passes before its timer is there is lost.
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(count() > before);
            },
            Patience, "another round");
    }

    private sealed class Recorder(TimeProvider time) : Sweeper(time)
    {
        public ConcurrentQueue<(DateTimeOffset At, bool InTransaction)> Rounds { get; } = [];
        public ConcurrentQueue<Exception> Failures { get; } = [];
        public ConcurrentQueue<bool> Before { get; } = [];
        public volatile bool Fails;
        public volatile bool BeforeFails;

        protected override void BeforeRound()
        {
            Before.Enqueue(Transaction.Current is not null);
            if (BeforeFails)
                throw new InvalidOperationException("no metrics");
        }

        protected override Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
        {
            Rounds.Enqueue((now, Transaction.Current is not null));
            return Fails ? throw new InvalidOperationException("the database is away") : Task.FromResult(1);
        }

        protected override void Failed(Exception failure) => Failures.Enqueue(failure);
    }
}
