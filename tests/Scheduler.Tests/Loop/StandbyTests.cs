using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

public sealed class StandbyTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact, Trait("fact", "129")]
    public async Task Reads_are_answered_while_nobody_leads_and_a_new_leader_decides_only_from_what_it_rebuilt()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Machine.Web("v1", 2), None);
        await harness.BecomesAsync("v1.2.1", "pending");
        await harness.StopAsync();

        // A server that does not lead reads the rows: nothing is missing, nothing waits for a leader.
        var request = await harness.Queries.RequestAsync("test", "api-web", None);
        Assert.Equal((2, "v1"), (request!.ActiveTasks, request.PendingDeploy));
        Assert.Equal(2, (await harness.Queries.TasksAsync(new TaskFilter("test"), null, 30, None)).Items.Count);
        var waiting = await harness.Commands.AskAsync("test", "api-web", new ScaleCommand("api-web", 3, false, false, Machine.By()), None);
        Assert.Null(waiting.Outcome);

        // A leader that had not read the rows would know no such request.
        harness.Start(master.Connect);
        var answered = await Eventually.BecomesAsync(
            () => harness.Commands.AnswerAsync(waiting.Id, None), a => a?.Outcome is not null, TimeSpan.FromSeconds(20), "it is answered");
        Assert.True(answered!.Outcome!.IsAccepted);
        await harness.BecomesAsync("v1.3.1", "pending");
        Assert.Equal(3, (await harness.Queries.RequestAsync("test", "api-web", None))!.ActiveTasks);
    }

    [Fact, Trait("fact", "130")]
    public async Task A_full_loop_makes_the_stream_wait_and_takes_every_update_in_its_order()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var term = new LoopTerm("test", 1, TimeProvider.System, false, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var machine = new ClusterMachine(new CoreSettings("test", "pipeline"), (_, _) => null, Snapshot.Empty, TimeProvider.System.GetUtcNow());
        var loop = new ClusterLoop(machine, null!, null!, null!, null!, term);
        var taken = 0;
        while (loop.HearAsync(new Tick(), None).AsTask().IsCompletedSuccessfully)
            taken++;
        // Nobody drives it: the next one is not dropped, its sender waits.
        Assert.Equal(10_000, taken);

        const int updates = 12_000;
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.RunOnceAsync(Machine.Build(), None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        for (var n = 0; n < updates; n++)
            master.Update("build.1.1.1", TaskState.Running, $"{n}");
        master.Update("build.1.1.1", TaskState.Finished, "Command exited with status 0");
        await harness.BecomesAsync("build.1.1.1", "finished");
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        var said = (await Dapper.SqlMapper.QueryAsync<string>(
            connection, "SELECT message FROM scheduler.task_status WHERE task_id = 'build.1.1.1' AND state = 'Running' ORDER BY id")).ToList();
        Assert.Equal(Enumerable.Range(0, updates).Select(n => $"{n}"), said);
        Assert.Equal(updates + 1, master.Calls.OfType<AcknowledgeUpdate>().Count());
    }
}
