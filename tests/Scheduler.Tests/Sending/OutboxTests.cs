using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Sending;
using Pipeline.Scheduler.Tests.Loop;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Sending;

public sealed class OutboxTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ScriptedMaster master = new();
    private readonly ConcurrentQueue<SchedulerInput> inputs = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ReadinessProbe probe = new(TimeProvider.System);
    private LoopHarness harness = null!;
    private Outbox outbox = null!;
    private Task running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        harness = await LoopHarness.CreateAsync();
        var launches = new LaunchBuilder(harness.Options, harness.Key, harness.Runner, "test");
        outbox = new Outbox(master.Connect(), launches, probe, harness.Database().Rows, (input, _) =>
        {
            inputs.Enqueue(input);
            return ValueTask.CompletedTask;
        }, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        probe.Dispose();
        stop.Dispose();
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task Calls_leave_in_the_order_of_the_steps_that_decided_them()
    {
        for (var n = 0; n < 500; n++)
            outbox.Post([new Call(new AcknowledgeUpdate($"t{n}", "a1", [1])), new Call(new KillTask($"t{n}", "a1", null))]);
        Assert.Equal(1000, outbox.Waiting);
        Run();
        await UntilAsync(() => master.Calls.Count == 1000, "everything was sent");
        var expected = Enumerable.Range(0, 500).SelectMany(n => new[] { $"ack t{n}", $"kill t{n}" });
        Assert.Equal(expected, master.Calls.Select(c => c is AcknowledgeUpdate a ? $"ack {a.TaskId}" : $"kill {((KillTask)c).TaskId}"));
        Assert.Equal(0, outbox.Waiting);
    }

    [Fact]
    public async Task A_call_that_does_not_reach_the_master_comes_back_as_an_input_and_the_others_go_on()
    {
        master.OnCall = call => call is ReviveOffers ? throw new HttpRequestException("connection refused") : Task.CompletedTask;
        var revive = new ReviveOffers(["pipeline"]);
        outbox.Post([new Call(revive), new Call(new SuppressOffers(["pipeline"]))]);
        Run();
        await UntilAsync(() => !inputs.IsEmpty && master.Calls.Count == 2, "the failure is known");
        Assert.Equal(new SendFailed(revive, "connection refused"), Assert.Single(inputs));
    }

    [Fact]
    public async Task Calls_do_not_wait_for_the_answers_of_earlier_ones_until_256_are_under_way()
    {
        var answer = new TaskCompletionSource();
        master.OnCall = _ => answer.Task;
        for (var n = 0; n < 300; n++)
            outbox.Post([new Call(new KillTask($"t{n}", "a1", null))]);
        Run();
        await UntilAsync(() => master.Calls.Count == 256, "256 are under way");
        Assert.Equal(256, master.Calls.Count);
        answer.SetResult();
        await UntilAsync(() => master.Calls.Count == 300, "all were sent");
    }

    [Fact]
    public async Task Probes_and_look_ups_come_back_as_inputs_while_calls_wait()
    {
        master.OnCall = _ => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
        outbox.Post([
            new Call(new ReviveOffers(["pipeline"])), new RunProbe("t1", "127.0.0.1", 1, null, Patience), new LookUp("t2", "a1"),
        ]);
        Run();
        await UntilAsync(() => inputs.Count == 2, "both came back");
        Assert.Equal(("t1", false), inputs.OfType<ProbeCompleted>().Select(p => (p.TaskId, p.Passed)).Single());
        Assert.Equal(new TaskLookedUp("t2", "a1", Known: false), inputs.OfType<TaskLookedUp>().Single());
    }

    [Fact]
    public async Task When_the_term_ends_nothing_is_reported_any_more()
    {
        master.OnCall = async _ =>
        {
            await stop.CancelAsync();
            throw new HttpRequestException("cut off");
        };
        outbox.Post([new Call(new ReviveOffers(["pipeline"]))]);
        Run();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(inputs);
    }

    private void Run() => running = outbox.RunAsync(stop.Token);

    private static Task UntilAsync(Func<bool> condition, string what) => Eventually.IsTrueAsync(() => Task.FromResult(condition()),
        Patience, what);
}
