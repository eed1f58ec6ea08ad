using System.Net;
using System.Text;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Runner;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;
using Pipeline.TestKit;
using static Pipeline.BuildRunner.Tests.Runner.TaskCalls;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>A later attempt takes the module over: from then on nothing of the earlier one counts, however far its call had come.</summary>
public sealed class TakeOverTests
{
    private const string WithArtifact = "steps: [{ name: test, run: x }]\nartifacts: [{ name: app, path: out }]";

    [Fact]
    public async Task Every_call_of_the_earlier_attempt_is_refused_and_writes_nothing()
    {
        await using var host = await BuildHost.StartAsync();
        var (build, first) = await host.RunningAsync();
        using var old = first;
        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        Assert.Equal(HttpStatusCode.NoContent, (await second.StepAsync(0, "running")).StatusCode);
        var calls = new Dictionary<string, Func<Task<HttpResponseMessage>>>
        {
            ["source"] = () => old.GetAsync("source"),
            ["step"] = () => old.StepAsync(0, "failed", 1),
            ["log"] = () => old.LogAsync(0, "old"),
            ["result"] = () => old.ResultAsync(Bad),
            ["artifact"] = () => old.PutAsync($"artifacts/{Digest.Of([1])}", new ByteArrayContent([1])),
            ["artifact's head"] = () => old.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"artifacts/{Digest.Of([1])}")),
        };

        foreach (var (name, call) in calls)
        {
            HttpResponseMessage answer = null!;
            Assert.Empty(await Written.ByAsync(host.Database, async () => answer = await call()));
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{name}: {answer.StatusCode}");
            if (name != "artifact's head")
            {
                Assert.Equal(
                    "401 task-unknown: The token is not that of a task that builds here, or another attempt has taken over.",
                    await answer.RefusalAsync());
            }
        }

        Assert.Equal(StepState.Running, (await host.DetailAsync(build.Build.Id)).Modules[0].Steps[0].State);
    }

    [Fact]
    public async Task A_report_that_proved_its_token_before_the_takeover_is_not_stored_after_it()
    {
        await using var host = await BuildHost.StartAsync();
        var (build, old) = await StartedAsync(host, WithArtifact);
        await host.StoreAsync("the first");
        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        await second.StepAsync(0, "running");

        var artifact = new BuiltArtifact("app", Digest.Of(Encoding.UTF8.GetBytes("the first")).ToString(), 1, "text/plain");
        ReportOutcome[] outcomes = [];
        long size = -1;
        var changes = await Written.ByAsync(host.Database, async () =>
        {
            var step = await host.Get<StepReports>().RecordAsync(
                old, 0, StepState.Failed, new StepReport("failed", At, At, 1), CancellationToken.None);
            var log = await host.Get<StepReports>().AppendLogAsync(old, 0, 0, "old"u8.ToArray(), CancellationToken.None);
            var result = await host.Get<TaskResults>().RecordAsync(old, Good with { Artifacts = [artifact] }, CancellationToken.None);
            (outcomes, size) = ([step, log.Outcome, result], log.Log.Size);
        });

        Assert.Empty(changes);
        Assert.Equal([ReportOutcome.TakenOver, ReportOutcome.TakenOver, ReportOutcome.TakenOver], outcomes);
        Assert.Equal(0, size);
        Assert.Equal("new", await LogAfterAsync(host, build, second, "new"));
    }

    [Fact]
    public async Task A_log_chunk_that_was_on_its_way_during_the_takeover_does_not_shift_the_log_of_the_next_attempt()
    {
        await using var host = await BuildHost.StartAsync();
        var (build, first) = await host.RunningAsync();
        using var old = first;
        var slow = new SlowContent("old");
        var sending = old.PostAsync("steps/0/log?offset=0", slow);
        await slow.HalfSent;
        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        await second.StepAsync(0, "running");
        slow.Finish();

        Assert.Equal(HttpStatusCode.Unauthorized, (await sending).StatusCode);
        Assert.Equal("new", await LogAfterAsync(host, build, second, "new"));
    }

    [Fact]
    public async Task The_next_attempt_begins_with_fresh_steps_an_empty_log_and_no_result()
    {
        await using var host = await BuildHost.StartAsync();
        var (build, first) = await host.RunningAsync();
        using var old = first;
        await old.LogAsync(0, "half\n");
        await old.StepAsync(0, "failed", 3);
        await old.ResultAsync(Bad);
        await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.Infra, "agent lost", final: false);
        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("source")).StatusCode);

        var module = (await host.DetailAsync(build.Build.Id)).Modules[0];
        Assert.Equal((ModuleState.Running, 2, $"{module.RunId}.0.2"), (module.State, module.Attempt, module.TaskId));
        Assert.Equal(new StepView(0, "test", StepState.Waiting, null, null, null, 0, null), Assert.Single(module.Steps));
        Assert.Equal("", await host.Http.GetStringAsync($"/api/v1/builds/{build.Build.Id}/modules/build/steps/0/log"));
        Assert.Equal(2, (await host.EventsAsync()).OfType<ModuleBuildStarted>().Count());
        await second.ResultAsync(Good);
        await host.EndTaskAsync(build.Modules[0], Outcome.Succeeded, attempt: 2);
        Assert.Equal(BuildState.Succeeded, (await host.DetailAsync(build.Build.Id)).Build.State);
    }

    [Fact]
    public async Task The_first_calls_of_two_attempts_at_once_leave_the_later_one_in_charge()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync(OneStep);
        var attempts = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => host.LaunchAsync(build.Modules[0], build.Build.Id, n)));
        await Task.WhenAll(attempts.Select(a => a.StepAsync(0, "running")));

        var module = (await host.DetailAsync(build.Build.Id)).Modules[0];
        Assert.Equal((4, StepState.Running), (module.Attempt, module.Steps[0].State));
        var late = await Task.WhenAll(attempts.Select(async a => (int)(await a.LogAsync(0, "x")).StatusCode));
        Assert.Equal([401, 401, 401, 200], late);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_first_calls_when_the_module_is_over_finds_none(bool cancelled)
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync(OneStep);
        if (cancelled)
            await host.Http.PostAsync($"/api/v1/builds/{build.Build.Id}/cancel", null);
        else
            await host.EndTaskAsync(build.Modules[0], Outcome.Failed, FailureClass.Infra, "no agent");
        using var task = await host.LaunchAsync(build.Modules[0], build.Build.Id);

        Assert.Empty(await Written.ByAsync(
            host.Database, async () => Assert.Equal(HttpStatusCode.Unauthorized, (await task.StepAsync(0, "running")).StatusCode)));
    }

    private static async Task<string> LogAfterAsync(BuildHost host, BuildDetail build, HttpClient task, string text)
    {
        Assert.Equal(HttpStatusCode.OK, (await task.LogAsync(0, text)).StatusCode);
        return await host.Http.GetStringAsync($"/api/v1/builds/{build.Build.Id}/modules/build/steps/0/log");
    }

    private static async Task<(BuildDetail Build, RunnerTask Task)> StartedAsync(BuildHost host, string definition)
    {
        var (build, client) = await host.RunningAsync(definition);
        using var task = client;
        var found = await host.Get<RunnerTasks>().AuthenticateAsync(
            build.Modules[0].TaskId!, client.DefaultRequestHeaders.Authorization!.ToString(), CancellationToken.None);
        return (build, found!);
    }

    /// <summary>Sends its first byte, and the rest when the test says so.</summary>
    private sealed class SlowContent(string text) : HttpContent
    {
        private readonly TaskCompletionSource half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HalfSent => half.Task;

        public void Finish() => finish.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            await stream.WriteAsync(bytes.AsMemory(0, 1));
            await stream.FlushAsync();
            half.SetResult();
            await finish.Task;
            await stream.WriteAsync(bytes.AsMemory(1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = text.Length;
            return true;
        }
    }
}
