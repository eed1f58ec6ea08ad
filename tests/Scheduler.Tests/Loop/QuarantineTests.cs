using Dapper;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

public sealed class QuarantineTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Actor Operator = Actor.System("operator");

    [Theory]
    [InlineData("""{"kind":"from-the-future"}""", "cannot be read")]
    [InlineData("""{"kind":"run","run":17}""", "cannot be read")]
    [InlineData("""{"kind":"run"}""", "NullReferenceException")]
    public async Task A_command_that_cannot_be_digested_is_set_aside_and_the_next_is_obeyed(string payload, string reason)
    {
        await using var harness = await LoopHarness.CreateAsync();
        await ExecuteAsync(harness,
            "INSERT INTO scheduler.intake (cluster, at, subject_id, payload, wants_answer) VALUES ('test', now(), 'bad', @payload::jsonb, true)",
            new { payload });
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);
        harness.Start(new ScriptedMaster().Connect);
        await harness.BecomesAsync("build.1.1.1", "pending");
        var entry = Assert.Single(await Store(harness).ListAsync("test", None));
        Assert.Equal(("command", "bad", (string?)null), (entry.Kind, entry.SubjectId, entry.ReleasedBy));
        Assert.Contains(reason, entry.Reason, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(harness, "SELECT count(*) FROM scheduler.intake"));
        Assert.Equal(1, await CountAsync(harness, "SELECT count(*) FROM scheduler.command_result WHERE code = 'quarantined'"));
        var entries = await new JournalReader(harness.Db, SchedulerKinds.All)
            .AboutAsync(new JournalSubject { Cluster = "test" }, null, 20, None);
        Assert.Contains(entries, e => e.Event is ClusterChanged { What: var what }
            && what.Contains("command bad was put into quarantine", StringComparison.Ordinal));

        // Released, it comes back, and is set aside again: it is as bad as before.
        Assert.True(await Store(harness).ReleaseAsync("test", entry.Id, Operator, "{}", None));
        Assert.False(await Store(harness).ReleaseAsync("test", entry.Id, Operator, "{}", None));
        await Eventually.IsTrueAsync(
            async () => (await Store(harness).ListAsync("test", None)).Count(e => e.ReleasedAt is null && e.Id != entry.Id) == 1,
                Patience, "set aside again");
    }

    [Fact]
    public async Task A_request_whose_row_cannot_be_read_is_left_alone_until_it_is_released()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, Machine.Web("v1", instances: 1), None);
        await harness.BecomesAsync("v1.1.1", "pending");
        await harness.StopAsync();
        await ExecuteAsync(harness, "UPDATE scheduler.deploy SET spec = spec || '{\"killGrace\": \"a while\"}'", null);
        harness.Start(master.Connect);
        await harness.Commands.DeployAsync(Callers.System, Machine.Web("v2", instances: 1), None);
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        Assert.Equal("pending", (await harness.Queries.TaskAsync("v1.1.1", None))!.Task.State);
        var entries = await Store(harness).ListAsync("test", None);
        Assert.Equal(["command v2", "request api-web"], entries.Select(e => $"{e.Kind} {e.SubjectId}").Order());

        await ExecuteAsync(harness, "UPDATE scheduler.deploy SET spec = spec || '{\"killGrace\": \"00:00:10\"}'", null);
        var newTerm = System.Text.Json.JsonSerializer.Serialize<SchedulerCommand>(new StartNewTermCommand("released", Operator),
            StoredJson.Options);
        foreach (var entry in entries.OrderByDescending(e => e.Kind))
            Assert.True(await Store(harness).ReleaseAsync("test", entry.Id, Operator, newTerm, None));
        await harness.BecomesAsync("v2.1.1", "pending");
    }

    [Fact]
    public async Task A_message_with_a_nul_in_it_is_kept_and_an_answer_that_the_database_refuses_is_set_aside_alone()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        master.Update("build.1.1.1", TaskState.Starting, "a\0b");
        await harness.BecomesAsync("build.1.1.1", "starting");
        // Refused by a rule of the schema, as an unforeseen value would be.
        await ExecuteAsync(harness, "ALTER TABLE scheduler.task_status ADD CHECK (message <> 'poison')", null);
        master.Update("build.1.1.1", TaskState.Running, "poison");
        await Eventually.IsTrueAsync(() => { master.Update("build.1.1.1", TaskState.Running, "poison"); return QuarantineAsync(); },
            Patience, "set aside");
        var task = await harness.Queries.TaskAsync("build.1.1.1", None);
        Assert.Equal(("starting", "a\uFFFDb"), (task!.Task.State, task.Statuses[0].Message));
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build("build.2"), None);
        await harness.BecomesAsync("build.2.1.1", "pending");

        async Task<bool> QuarantineAsync() => (await Store(harness).ListAsync("test", None))
            .Any(e => e is { Kind: "task", SubjectId: "build.1.1.1" });
    }

    [Fact]
    public async Task A_framework_that_was_removed_waits_for_a_person_who_drops_its_id()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await StateAsync("subscribed");
        var early = await ResetAsync(drop: true);
        Assert.Equal("framework-not-lost", early.Outcome?.Code);
        master.Say(new SubscriptionEnded(SubscriptionEnd.FrameworkRemoved, "Framework has been removed"));
        await StateAsync("removed");
        var before = master.Subscriptions.Count;
        Assert.Equal("framework-removed", (await ResetAsync(drop: false)).Outcome?.Code);
        Assert.Equal(before, master.Subscriptions.Count);
        Assert.True((await ResetAsync(drop: true)).Outcome?.IsAccepted);
        await StateAsync("subscribed");
        Assert.Null(master.Subscriptions.Last().FrameworkId);
        Assert.Equal(before + 1, master.Subscriptions.Count);

        Task<CommandAnswer> ResetAsync(bool drop) =>
            harness.Queue.SendAsync("test", "test", new ResetFrameworkCommand(drop, Operator), None);

        Task StateAsync(string state) => Eventually.IsTrueAsync(
            async () => (await harness.Queries.ClusterAsync("test", None))?.State == state, Patience, $"the framework is {state}");
    }

    [Fact]
    public async Task A_second_server_stands_by_reads_everything_takes_commands_and_leads_when_the_first_is_gone()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await Eventually.IsTrueAsync(() => Task.FromResult(!master.Subscriptions.IsEmpty), Patience, "the first leads");
        using var stop = new CancellationTokenSource();
        var second = new ScriptedMaster();
        var standby = harness.Worker(second.Connect).RunAsync(stop.Token);
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        Assert.Empty(second.Subscriptions);

        await harness.StopAsync();
        await Eventually.IsTrueAsync(() => Task.FromResult(!second.Subscriptions.IsEmpty), Patience, "the second leads");
        second.Update("build.1.1.1", TaskState.Running);
        await harness.BecomesAsync("build.1.1.1", "running");
        Assert.Equal(("fw-1", 0), (second.Subscriptions.First().FrameworkId, second.Calls.OfType<AcceptOffers>().Count()));
        Assert.Equal(2, (await harness.Queries.ClusterAsync("test", None))!.Epoch);
        await stop.CancelAsync();
        await standby;
    }

    private static QuarantineStore Store(LoopHarness harness) => new(harness.Db, harness.Journal, TimeProvider.System);

    private static async Task ExecuteAsync(LoopHarness harness, string sql, object? arguments)
    {
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        await connection.ExecuteAsync(sql, arguments);
    }

    private static async Task<long> CountAsync(LoopHarness harness, string sql)
    {
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        return await connection.ExecuteScalarAsync<long>(sql);
    }
}
