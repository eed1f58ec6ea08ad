using Dapper;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>Leading again after a failure, and standing by.</summary>
public sealed class ClusterWorkerTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Without_the_program_of_tasks_nobody_leads_until_it_is_there()
    {
        await using var harness = await LoopHarness.CreateAsync();
        File.Delete(harness.Options.TaskRunnerPath!);
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await Eventually.IsTrueAsync(async () => await EpochAsync(harness) >= 2, Patience, "it tried again");
        Assert.Empty(master.Subscriptions);

        await File.WriteAllTextAsync(harness.Options.TaskRunnerPath!, "#!/bin/sh\n");
        await Eventually.IsTrueAsync(() => Task.FromResult(!master.Subscriptions.IsEmpty), Patience, "it leads");
    }

    [Fact]
    public async Task A_connection_that_fails_ends_the_term_and_the_next_one_leads()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        var tries = 0;
        harness.Start(() => Interlocked.Increment(ref tries) <= 2 ? throw new InvalidOperationException("no route") : master.Connect());
        await Eventually.IsTrueAsync(() => Task.FromResult(!master.Subscriptions.IsEmpty), Patience, "it leads");
        Assert.Equal((3, 3L), (tries, await EpochAsync(harness)));
    }

    [Fact]
    public async Task A_leader_whose_epoch_is_over_stands_by_and_is_counted()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await Eventually.IsTrueAsync(() => Task.FromResult(!master.Subscriptions.IsEmpty), Patience, "it leads");
        await using (var connection = await harness.Db.OpenConnectionAsync(None))
            await connection.ExecuteAsync("UPDATE scheduler.leader SET epoch = epoch + 5");
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);

        // What the old epoch wanted to write is refused; the next term handles the command.
        await harness.BecomesAsync("build.1.1.1", "pending");
        Assert.Equal(7, await EpochAsync(harness));
    }

    [Fact]
    public async Task A_worker_that_is_stopped_gives_the_cluster_back_at_once()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await Eventually.IsTrueAsync(() => Task.FromResult(!master.Subscriptions.IsEmpty), Patience, "it leads");
        await harness.StopAsync();
        await using var next = await harness.Database().TryLeadAsync(None);
        Assert.Equal(2, next!.Epoch);
        Assert.Null(harness.Board.Loop("test"));
    }

    private static async Task<long> EpochAsync(LoopHarness harness)
    {
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        return await connection.ExecuteScalarAsync<long?>("SELECT epoch FROM scheduler.leader WHERE cluster = 'test'") ?? 0;
    }
}
