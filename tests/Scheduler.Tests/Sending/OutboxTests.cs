using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Dapper;
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
    private const string OneTask = """
        INSERT INTO scheduler.request (cluster, id, kind, state, active_deploy, created_at)
        VALUES ('test', 'web', 'Service', 'Active', 'v1', now());
        INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures)
        VALUES ('test', 'v1', 'web', 'Active', '{}', now(), 0, 0);
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb,
                                    disk_mb, created_at, subject, runner_nonce, runner_ports)
        VALUES ('v1.1.1', 'test', 'web', 'v1', 1, 1, 'Running', '{}', @given, 1, 1, 1, now(), '{}', @nonce, @ports::int[]);
        """;
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

    [Theory]
    [InlineData("no runner has come", null, null, false)]
    [InlineData("its runner says no ports", "n", null, true)]
    [InlineData("its program does not listen yet", "n", "{}", false)]
    [InlineData("it listens on another port", "n", "{2}", false)]
    [InlineData("it listens", "n", "{2, PORT}", true)]
    [InlineData("the port is none of its own", "n", "{} not its own", true)]
    public async Task The_answer_of_whoever_listens_on_the_port_of_a_task_is_not_taken_for_the_tasks(
        string what, string? nonce, string? reported, bool isProbed)
    {
        using var anybody = new TcpListener(IPAddress.Loopback, 0);
        anybody.Start();
        var port = ((IPEndPoint)anybody.LocalEndpoint).Port;
        var given = reported?.EndsWith("not its own", StringComparison.Ordinal) == true ? [] : new[] { port };
        var ports = reported?.Split(" not", 2)[0].Replace("PORT", $"{port}", StringComparison.Ordinal);
        await using (var connection = await harness.Db.OpenConnectionAsync(stop.Token))
            await connection.ExecuteAsync(OneTask, new { nonce, ports, given });
        outbox.Post([new RunProbe("v1.1.1", "127.0.0.1", port, null, Patience)]);
        Run();
        await UntilAsync(() => !inputs.IsEmpty, what);

        var answer = Assert.IsType<ProbeCompleted>(Assert.Single(inputs));
        Assert.Equal((isProbed, isProbed ? "connected" : $"its program does not listen on port {port}"), (answer.Passed, answer.Detail));
        Assert.Equal((!isProbed, isProbed), (answer.Refused, anybody.Pending()));
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
