using System.Net;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Logs;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>No task stores more of a log here than the limits say, whatever runner it brings.</summary>
public sealed class LogLimitTests : IAsyncLifetime
{
    private const int Step = 100_000;
    private const int Module = 150_000;
    private const string Full = "413 log-full: The log has met its limit: nothing was kept of this piece. "
        + "The limits are BuildRunner:StepLogBytes for a step and BuildRunner:ModuleLogBytes for all steps of a module.";

    private BuildHost host = null!;

    public async ValueTask InitializeAsync() => host = await BuildHost.StartAsync(new Dictionary<string, string?>
    {
        ["BuildRunner:StepLogBytes"] = $"{Step}", ["BuildRunner:ModuleLogBytes"] = $"{Module}",
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_step_stores_up_to_its_limit_and_nothing_beyond()
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;

        Assert.Equal(HttpStatusCode.OK, (await client.LogAsync(0, new byte[Step - 1])).StatusCode);
        Assert.Equal(Full, await (await client.LogAsync(Step - 1, new byte[2])).RefusalAsync());
        Assert.Equal(HttpStatusCode.OK, (await client.LogAsync(Step - 1, new byte[1])).StatusCode);
        Assert.Equal(Full, await (await client.LogAsync(Step, new byte[1])).RefusalAsync());
        // A piece in the wrong place reads where to go on, full or not.
        Assert.Equal(HttpStatusCode.Conflict, (await client.LogAsync(0, new byte[1])).StatusCode);

        Assert.Equal(Step, StepLogs.SizeOf(PathOf(build.Build.Id, 0)));
    }

    [Fact]
    public async Task Steps_that_write_at_once_store_no_more_than_their_module_may()
    {
        var (build, task) = await host.RunningAsync("steps: [{ name: a, run: x }, { name: b, run: x }, { name: c, run: x }]");
        using var client = task;

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => client.LogAsync(0, new byte[60_000], i)));

        Assert.Equal(2, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(120_000, Enumerable.Range(0, 3).Sum(i => StepLogs.SizeOf(PathOf(build.Build.Id, i))));
    }

    [Fact]
    public async Task The_task_is_given_the_limits_in_its_spec()
    {
        await host.PushAsync(TaskCalls.OneStep);

        var spec = (await host.IntakeAsync())[^1].ToString();

        Assert.Contains("stepLog", spec, StringComparison.Ordinal);
        Assert.Contains($"{Step}", spec, StringComparison.Ordinal);
        Assert.Contains($"{Module}", spec, StringComparison.Ordinal);
    }

    private string PathOf(Guid build, int step) =>
        host.Get<StepLogs>().PathOf(new LogPlace(new BuildId(build), "build", step, 1));
}
