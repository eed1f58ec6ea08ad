using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Tests.Loop;

public sealed class HistoryPurgerTests
{
    [Fact]
    public async Task A_leader_whose_epoch_is_over_purges_nothing_and_ends_its_term()
    {
        await using var harness = await LoopHarness.CreateAsync();
        await using var leadership = await harness.Database().TryLeadAsync(CancellationToken.None);
        var purger = new HistoryPurger(harness.Database().History, new HistoryOptions(), Term(leadership!.Epoch - 1));
        await Assert.ThrowsAsync<FencedException>(() => purger.RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_database_that_is_away_is_tried_again_and_does_not_end_the_term()
    {
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var purger = new HistoryPurger(
            new HistoryStore(away, "test"), new HistoryOptions { Every = TimeSpan.FromMilliseconds(50) }, Term(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => purger.RunAsync(stop.Token));
    }

    private static LoopTerm Term(long epoch) => new("test", epoch, TimeProvider.System, false, NullLogger.Instance);
}
