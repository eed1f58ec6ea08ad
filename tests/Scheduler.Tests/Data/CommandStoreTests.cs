using Dapper;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.Scheduler.Tests.Loop;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Data;

/// <summary>The queue between those who send commands and the leader who handles them.</summary>
public sealed class CommandStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly SchedulerCommand Command = new ReconcileCommand(Actor.Person("ada"));

    private LoopHarness harness = null!;

    public async ValueTask InitializeAsync() => harness = await LoopHarness.CreateAsync();

    public async ValueTask DisposeAsync() => await harness.DisposeAsync();

    [Fact]
    public async Task Commands_are_read_in_their_order_and_only_those_of_the_cluster()
    {
        foreach (var id in new[] { "r1", "r2", "r3" })
            await harness.Queue.EnqueueAsync("test", id, new CancelRunCommand(id, "why", Actor.Person("ada")), None);
        await harness.Queue.EnqueueAsync("other", "r4", Command, None);
        var queued = await harness.Database().Rows.ReadCommandsAsync(None);
        Assert.Equal(["r1", "r2", "r3"], queued.Select(q => q.SubjectId));
        Assert.All(queued, q => Assert.False(q.WantsAnswer || q.Known));
        Assert.Equal(new CancelRunCommand("r1", "why", Actor.Person("ada")), queued[0].Command);
    }

    [Fact]
    public async Task A_command_of_a_transaction_that_rolls_back_was_never_sent()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Transactions.InTransactionAsync(
            async ct =>
            {
                await harness.Queue.EnqueueAsync("test", "r1", Command, ct);
                throw new InvalidOperationException("after it");
            },
            None));
        Assert.Empty(await harness.Database().Rows.ReadCommandsAsync(None));
    }

    [Fact]
    public async Task Without_a_leader_a_command_is_waiting_after_five_seconds_and_keeps_its_number()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(3) };
        var sent = await new CommandStore(harness.Db, time).SendAsync("test", "test", Command, None);
        Assert.Null(sent.Outcome);
        var found = await harness.Queue.AnswerAsync(sent.Id, None);
        Assert.Equal(("test", (CommandOutcome?)null), (found!.Cluster, found.Outcome));
    }

    [Fact]
    public async Task The_answer_of_the_leader_wakes_its_sender()
    {
        var sending = harness.Queue.SendAsync("test", "test", Command, None);
        await using var leadership = await harness.Database().TryLeadAsync(None);
        var item = await Eventually.BecomesAsync(
            async () => (await harness.Database().Rows.ReadCommandsAsync(None)).SingleOrDefault(), q => q is not null,
                TimeSpan.FromSeconds(20), "queued");
        Assert.True(item!.WantsAnswer);
        var effects = new Effects();
        effects.Answers.Add((item.Id, CommandOutcome.TooMany("too-many-runs", "two are under way")));
        await harness.Database().Rows.SaveAsync(leadership!.Epoch, effects, [item.Id], None);

        var answer = await sending;
        Assert.Equal(new CommandAnswer(item.Id, "test", new CommandOutcome("too-many-runs", 429, "two are under way")), answer);
        Assert.Equal(answer, await harness.Queue.AnswerAsync(item.Id, None));
    }

    [Fact]
    public async Task A_command_that_nobody_waits_for_has_no_answer_to_look_up()
    {
        await harness.Queue.EnqueueAsync("test", "test", Command, None);
        await using var connection = await harness.Db.OpenConnectionAsync(None);
        var id = await connection.ExecuteScalarAsync<long>("SELECT id FROM scheduler.intake");
        Assert.Null(await harness.Queue.AnswerAsync(id, None));
        Assert.Null(await harness.Queue.AnswerAsync(id + 1000, None));
    }

    [Fact]
    public async Task What_a_command_would_make_again_is_known()
    {
        harness.Start(new ScriptedMaster().Connect);
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        await harness.StopAsync();
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build(), None);
        await harness.Commands.RunOnceAsync(Callers.System, Machine.Build("build.2"), None);
        Assert.Equal([true, false], (await harness.Database().Rows.ReadCommandsAsync(None)).Select(q => q.Known));
    }
}
