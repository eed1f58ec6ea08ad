using Dapper;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

public sealed class LoopTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_command_happens_with_the_callers_transaction_or_not_at_all()
    {
        await using var harness = await LoopHarness.CreateAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Transactions.InTransactionAsync(
            async ct =>
            {
                await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), ct);
                throw new InvalidOperationException("after the command");
            },
            None));
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        Assert.Equal(0, await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM scheduler.intake"));
    }

    [Fact]
    public async Task A_run_goes_from_the_command_to_its_end_and_every_step_is_durable_before_it_is_sent()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        var phaseAtAccept = "";
        var statusesAtAck = -1;
        master.OnCall = async call =>
        {
            await using var connection = await harness.Db.OpenConnectionAsync(None);
            if (call is AcceptOffers)
                phaseAtAccept = (await connection.ExecuteScalarAsync<string>("SELECT phase FROM scheduler.task"))!;
            if (call is AcknowledgeUpdate && statusesAtAck < 0)
                statusesAtAck = await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM scheduler.task_status");
        };
        harness.Start(master.Connect);
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        master.Update("build.1.1.1", TaskState.Starting);
        master.Update("build.1.1.1", TaskState.Running);
        await harness.BecomesAsync("build.1.1.1", "running");
        master.Update("build.1.1.1", TaskState.Finished, "Command exited with status 0");
        var task = await harness.BecomesAsync("build.1.1.1", "finished");

        Assert.Equal(("succeeded", 0), (task!.Task.Outcome, task.Task.ExitCode));
        Assert.Equal(["starting", "running", "finished"], task.Statuses.Select(s => s.State));
        Assert.Equal(("Launching", true), (phaseAtAccept, statusesAtAck >= 1));
        var entries = await new JournalReader(harness.Db, SchedulerKinds.All)
            .AboutAsync(new JournalSubject { TaskId = "build.1.1.1" }, null, 10, None);
        Assert.Equal(["task.finished", "task.healthy", "task.running", "task.launched"], entries.Select(e => e.Kind));
        Assert.Equal("subscribed", (await harness.Queries.ClusterAsync("test", None))!.State);
        Assert.Equal("finished",
            (await harness.Queries.TasksAsync(new TaskFilter("test", "build.acme.web.api"), null, 10, None)).Items.Single().State);
        Assert.Equal("succeeded", (await harness.Queries.DeploysAsync("test", null, null, 10, None)).Items.Single().State);
        Assert.Equal("a1", (await harness.Queries.AgentsAsync("test", None)).Single().Id);
        Assert.Equal("run-once", (await harness.Queries.RequestsAsync("test", None)).Single().Kind);
    }

    [Fact]
    public async Task A_restart_takes_the_tasks_up_again_under_the_same_id_and_launches_nothing_twice()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, Machine.Web("v1", instances: 1), None);
        await harness.BecomesAsync("v1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("v1.1.1", "launching");
        await harness.StopAsync();

        await harness.Commands.DeployAsync(Callers.System, Machine.Web("v1", instances: 1), None);
        harness.Start(master.Connect);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(master.Calls.OfType<ReconcileTasks>().Any(c => c.Tasks.Any(t => t.TaskId == "v1.1.1"))),
                TimeSpan.FromSeconds(20), "asked");
        master.Offer();
        master.Update("v1.1.1", TaskState.Running);
        await harness.BecomesAsync("v1.1.1", "running");

        Assert.Single(master.Calls.OfType<AcceptOffers>());
        Assert.Equal("fw-1", master.Subscriptions.Last().FrameworkId);
        Assert.Equal("v1.1.1", (await harness.Queries.HealthyInstancesAsync(None)).Single().TaskId);
        await Eventually.IsTrueAsync(
            async () => (await harness.Queries.DeployAsync("test", "v1", None))!.State == "active", TimeSpan.FromSeconds(20),
                "the deploy is active");
    }

    [Fact]
    public async Task A_write_of_an_old_epoch_is_refused_and_a_second_server_stands_by()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var store = new ClusterStore(harness.Db, new Journal(harness.Db, SchedulerKinds.All, _ => { }, TimeProvider.System),
            TimeProvider.System, "test");
        await using (var first = await Leadership.TryTakeAsync(harness.Db, "test", TimeProvider.System, None))
        {
            Assert.Equal(1, first!.Epoch);
            Assert.Null(await Leadership.TryTakeAsync(harness.Db, "test", TimeProvider.System, None));
        }

        await using var second = await Leadership.TryTakeAsync(harness.Db, "test", TimeProvider.System, None);
        var effects = new Effects { Framework = new FrameworkRecord("fw", FrameworkState.Subscribed, null, null, null) };
        await Assert.ThrowsAsync<FencedException>(() => store.SaveAsync(1, effects, [], None));
        await store.SaveAsync(second!.Epoch, effects, [], None);
    }

    [Fact]
    public async Task A_leader_that_says_nothing_loses_its_session_and_one_that_speaks_does_not()
    {
        await using var harness = await LoopHarness.CreateAsync();
        await using var frozen = await Leadership.TryTakeAsync(harness.Db, "test", TimeProvider.System, None);
        await using var speaking = await Leadership.TryTakeAsync(harness.Db, "other", TimeProvider.System, None);
        using var stop = new CancellationTokenSource();
        var rings = 0;
        var watching = speaking!.WatchAsync(() => rings++, stop.Token);
        try
        {
            Assert.Null(await Leadership.EndSilentAsync(harness.Db, "test", Leadership.Silence, None));
            await Eventually.IsTrueAsync(
                async () => await Leadership.EndSilentAsync(harness.Db, "test", TimeSpan.FromSeconds(3), None) is not null,
                TimeSpan.FromSeconds(20), "silent for three seconds");
            Assert.Null(await Leadership.EndSilentAsync(harness.Db, "other", TimeSpan.FromSeconds(3), None));

            var next = await Eventually.BecomesAsync(
                () => Leadership.TryTakeAsync(harness.Db, "test", TimeProvider.System, None), l => l is not null,
                    TimeSpan.FromSeconds(20), "led");
            await using (next)
            {
                await Assert.ThrowsAsync<FencedException>(() => frozen!.WatchAsync(() => { }, None));
                Assert.Equal(frozen!.Epoch + 1, next!.Epoch);
            }

            Assert.True(rings > 0);
        }
        finally
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        }
    }

    [Fact]
    public async Task A_leader_that_was_left_behind_sets_nothing_aside_and_purges_nothing()
    {
        await using var harness = await LoopHarness.CreateAsync();
        await (await Leadership.TryTakeAsync(harness.Db, "test", TimeProvider.System, None))!.DisposeAsync();
        await using var second = await Leadership.TryTakeAsync(harness.Db, "test", TimeProvider.System, None);
        var quarantine = new QuarantineStore(harness.Db, harness.Journal, TimeProvider.System);
        var entry = new QuarantineEntry(QuarantineKind.Task, "t1", "bad");

        await Assert.ThrowsAsync<FencedException>(() => quarantine.PutAsync("test", second!.Epoch - 1, [entry], [], None));
        await Assert.ThrowsAsync<FencedException>(() => new HistoryStore(harness.Db, "test").RequireLeadAsync(second!.Epoch - 1, None));

        Assert.Empty(await quarantine.ListAsync("test", None));
        await quarantine.PutAsync("test", second!.Epoch, [entry], [], None);
        Assert.Single(await quarantine.ListAsync("test", None));
    }

    [Fact]
    public async Task A_ticket_is_worth_one_runner_and_its_token_opens_its_own_task_only()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build() with { RunnerSpec = """{"kind":"build"}""" }, None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        var ticket = await Eventually.BecomesAsync(
            () => Task.FromResult(master.Calls.OfType<AcceptOffers>().FirstOrDefault()), c =>
                c is not null, TimeSpan.FromSeconds(20), "accepted");
        var environment = ticket!.Tasks.Single().Environment;

        Assert.Equal(RedeemOutcome.WrongTicket, (await harness.Auth.RedeemAsync("build.1.1.1", "guess", "n1", false, None)).Outcome);
        var redeemed = await harness.Auth.RedeemAsync("build.1.1.1", environment["PIPELINE_TICKET"], "n1", false, None);
        Assert.Equal((RedeemOutcome.Bound, """{"kind":"build"}"""), (redeemed.Outcome, redeemed.Spec));
        Assert.Equal(RedeemOutcome.TakenOrOver,
            (await harness.Auth.RedeemAsync("build.1.1.1", environment["PIPELINE_TICKET"], "n2", false, None)).Outcome);
        Assert.Equal("build.1", (await harness.Auth.AuthenticateAsync("build.1.1.1", $"Bearer {redeemed.Token}", None))!.RunId);
        Assert.Null(await harness.Auth.AuthenticateAsync("build.1.1.2", $"Bearer {redeemed.Token}", None));
        var shown = (await harness.Queries.TaskAsync("build.1.1.1", None))!.Environment.Where(v => v.Source == "scheduler")
            .ToDictionary(v => v.Name);
        Assert.Equal(environment.Keys.Order(), shown.Keys.Order());
        Assert.All(environment.Where(v => v.Key != "PIPELINE_TICKET"), v => Assert.Equal(v.Value, shown[v.Key].Value));
        Assert.Equal(("hidden", true), (shown["PIPELINE_TICKET"].Value, shown["PIPELINE_TICKET"].Hidden));
    }
}
