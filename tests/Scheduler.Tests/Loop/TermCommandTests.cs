using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>The commands that the loop handles itself, and what it makes of the others.</summary>
public sealed class TermCommandTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Actor Ada = Actor.Person("ada");

    private readonly Machine machine = new();
    private LoopHarness harness = null!;
    private Leadership leadership = null!;
    private TermCommandHandler handler = null!;

    public async ValueTask InitializeAsync()
    {
        harness = await LoopHarness.CreateAsync();
        leadership = (await harness.Database().TryLeadAsync(None))!;
        handler = new TermCommandHandler(
            machine.Core, harness.Database().Rows, new LoopTerm("test", leadership.Epoch, TimeProvider.System, false, NullLogger.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        await leadership.DisposeAsync();
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task A_new_term_ends_this_one_and_leaves_the_queue()
    {
        await harness.Queue.EnqueueAsync("test", "test", new StartNewTermCommand("released", Ada), None);
        await Assert.ThrowsAsync<TermEndedException>(async () => await handler.HandleAsync(await QueuedAsync(), None));
        Assert.Empty(await harness.Database().Rows.ReadCommandsAsync(None));
    }

    [Fact]
    public async Task A_framework_that_is_not_lost_is_not_reset_and_the_term_goes_on()
    {
        await harness.Queue.EnqueueAsync("test", "test", new ResetFrameworkCommand(true, Ada), None);
        var item = await QueuedAsync() with { WantsAnswer = true };
        await handler.HandleAsync(item, None);
        var answer = await harness.Queue.AnswerAsync(item.Id, None);
        Assert.Equal(("framework-not-lost", 409), (answer!.Outcome!.Code, answer.Outcome.Status));
    }

    [Fact]
    public async Task A_removed_framework_is_not_taken_over()
    {
        machine.Do(new MasterEventReceived(new SubscriptionEnded(SubscriptionEnd.FrameworkRemoved, "removed")));
        await harness.Queue.EnqueueAsync("test", "test", new ResetFrameworkCommand(false, Ada), None);
        var item = await QueuedAsync() with { WantsAnswer = true };
        await handler.HandleAsync(item, None);
        var answer = await harness.Queue.AnswerAsync(item.Id, None);
        Assert.Equal(("framework-removed", 409), (answer!.Outcome!.Code, answer.Outcome.Status));
        Assert.Contains("can only be dropped", answer.Outcome.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SubscriptionEnd.FrameworkRemoved, true, null)]
    [InlineData(SubscriptionEnd.FailedOver, true, null)]
    [InlineData(SubscriptionEnd.FailedOver, false, "fw-1")]
    public async Task A_lost_framework_is_taken_over_or_dropped(SubscriptionEnd end, bool drop, string? id)
    {
        machine.Do(new MasterEventReceived(new SubscriptionEnded(end, "lost")));
        await harness.Queue.EnqueueAsync("test", "test", new ResetFrameworkCommand(drop, Ada), None);
        await Assert.ThrowsAsync<TermEndedException>(async () => await handler.HandleAsync(await QueuedAsync(), None));
        var cluster = await harness.Queries.ClusterAsync("test", None);
        Assert.Equal((id, "connecting"), (cluster!.FrameworkId, cluster.State));
    }

    [Fact]
    public void What_was_made_before_is_not_made_again_but_its_sender_is_answered()
    {
        var run = new SubmitRunCommand(Machine.Build());
        var scale = new ScaleCommand("web", 3, false, false, Machine.By());
        Assert.Equal([run], ClusterLoop.InputsOf([new QueuedCommand(1, run, false, false)]));
        Assert.Equal([new CommandReceived(1, run)], ClusterLoop.InputsOf([new QueuedCommand(1, run, true, false)]));
        Assert.Empty(ClusterLoop.InputsOf([new QueuedCommand(1, run, false, true)]));
        Assert.Equal([new CommandRepeated(1, run)], ClusterLoop.InputsOf([new QueuedCommand(1, run, true, true)]));
        // Only what makes a run or deploy can have been made before.
        Assert.Equal([new CommandReceived(1, scale)], ClusterLoop.InputsOf([new QueuedCommand(1, scale, true, true)]));
    }

    [Theory]
    [InlineData("22001", true)]
    [InlineData("22P05", true)]
    [InlineData("23514", true)]
    [InlineData("40001", false)]
    [InlineData("53300", false)]
    [InlineData("57P01", false)]
    public void Data_and_constraints_are_refusals_and_anything_else_may_pass(string state, bool refusal) =>
        Assert.Equal(refusal, ClusterLoop.IsRefusal(new PostgresException("refused", "ERROR", "ERROR", state)));

    private async Task<QueuedCommand> QueuedAsync() => Assert.Single(await harness.Database().Rows.ReadCommandsAsync(None));
}
