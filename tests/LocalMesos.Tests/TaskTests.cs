using Pipeline.Mesos;
using Pipeline.Mesos.Client;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests;

/// <summary>What becomes of command tasks, with real processes.</summary>
public sealed class TaskTests : IAsyncLifetime
{
    private LocalMesosCluster cluster = null!;
    private TestFramework framework = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await LocalMesosCluster.StartAsync(
            new LocalMesosSettings { TaskEnvironment = new Dictionary<string, string> { ["FROM_AGENT"] = "yes" } }, CancellationToken.None);
        framework = await TestFramework.SubscribeAsync(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await framework.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_command_runs_in_its_sandbox_and_its_output_can_be_read()
    {
        var task = TestFramework.Command("hello", "echo $WHO $FROM_AGENT; pwd >&2") with
        {
            Environment = new Dictionary<string, string> { ["WHO"] = "world" },
        };
        await framework.LaunchAsync(task);
        var end = await framework.ReachesAsync("hello", TaskState.Finished);
        Assert.Equal("Command exited with status 0", end.Message);
        Assert.Equal([TaskState.Starting, TaskState.Running, TaskState.Finished], framework.UpdatesOf("hello").Select(s => s.State));

        using var agent = new MesosAgentClient();
        var path = MesosAgentClient.SandboxPath(framework.Id, "hello");
        var ct = TestContext.Current.CancellationToken;
        var files = await agent.BrowseAsync(cluster.Agents[0].Url, path, ct);
        Assert.Equal(["stderr", "stdout"], files!.Select(f => Path.GetFileName(f.Path)));
        Assert.Equal("world yes\n", (await agent.ReadAsync(cluster.Agents[0].Url, path + "/stdout", 0, 1000, ct))!.Data);
        Assert.Equal(10, (await agent.ReadAsync(cluster.Agents[0].Url, path + "/stdout", -1, 10, ct))!.Offset);
        Assert.Null(await agent.BrowseAsync(cluster.Agents[0].Url, path + "/../../..", ct));
        using var stderr = new StreamReader((await agent.DownloadAsync(cluster.Agents[0].Url, path + "/stderr", ct))!);
        Assert.StartsWith(cluster.WorkDirectory, await stderr.ReadToEndAsync(ct));
    }

    [Theory]
    [InlineData("exit 3", "Command exited with status 3")]
    [InlineData("no-such-command", "Command exited with status 127")]
    [InlineData("kill -9 $$", "Command terminated with signal Killed")]
    [InlineData("kill -SEGV $$", "Command terminated with signal Segmentation fault")]
    [InlineData("exit 137", "Command exited with status 137")]
    public async Task A_failure_is_told_in_the_executors_words(string command, string message)
    {
        await framework.LaunchAsync(TestFramework.Command("fails", command));
        var end = await framework.ReachesAsync("fails", TaskState.Failed);
        Assert.Equal((message, "SOURCE_EXECUTOR", null), (end.Message, end.Source, end.Reason));
    }

    [Fact]
    public async Task Kill_gives_the_grace_period_and_then_no_more()
    {
        var stubborn = TestFramework.Command("stubborn", "trap '' TERM; echo ready; while :; do sleep 0.1; done") with
        {
            KillGrace = TimeSpan.FromMilliseconds(300),
        };
        var polite = TestFramework.Command("polite", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done");
        await framework.LaunchAsync(stubborn, polite);
        await ReadyAsync("stubborn");
        await ReadyAsync("polite");
        await framework.SendAsync(new KillTask("stubborn", null, null));
        await framework.SendAsync(new KillTask("polite", cluster.Agents[0].Id, null));

        Assert.Equal("Command terminated with signal Killed", (await framework.ReachesAsync("stubborn", TaskState.Killed)).Message);
        Assert.Equal("Command exited with status 0", (await framework.ReachesAsync("polite", TaskState.Killed)).Message);
        Assert.Equal(
            [TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Killed], framework.UpdatesOf("polite").Select(s =>
                s.State));
    }

    [Fact]
    public async Task Children_of_a_command_end_with_it()
    {
        await framework.LaunchAsync(TestFramework.Command("parent", "sleep 1000 & echo $! > child; exit 0"));
        await framework.ReachesAsync("parent", TaskState.Finished);
        var child = await SandboxAsync("parent", "child");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(!Directory.Exists($"/proc/{child.Trim()}") || IsZombie(child.Trim())), TimeSpan.FromSeconds(5),
                "the child is gone");
    }

    [Fact]
    public async Task Time_limit_fails_the_task_with_its_reason()
    {
        await framework.LaunchAsync(TestFramework.Command("slow", "sleep 100") with { MaxCompletionTime = TimeSpan.FromMilliseconds(200) });
        var end = await framework.ReachesAsync("slow", TaskState.Failed);
        Assert.Equal(("REASON_MAX_COMPLETION_TIME_REACHED", "Command terminated with signal Terminated"), (end.Reason, end.Message));
    }

    [Fact]
    public async Task Failed_health_check_kills_and_says_unhealthy()
    {
        var health = new HealthCheck(
            HealthCheckKind.Tcp, 1, null, null, TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), TimeSpan.Zero, 3);
        await framework.LaunchAsync(TestFramework.Command("sick", "sleep 100") with { Health = health });
        var end = await framework.ReachesAsync("sick", TaskState.Killed);
        Assert.Equal((false, null), (end.Healthy, end.Reason));
        Assert.Equal(3, framework.UpdatesOf("sick").Count(s => s.Reason == "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"));
    }

    [Fact]
    public async Task Fetched_files_lie_in_the_sandbox_and_a_missing_one_fails_the_launch()
    {
        var source = Path.Combine(cluster.WorkDirectory, "tool");
        await File.WriteAllTextAsync(source, "#!/bin/sh\necho fetched\n");
        var runs = TestFramework.Command("runs", "./renamed") with { Uris = [new FetchUri(source, "renamed", true, false, true)] };
        var fails = TestFramework.Command("fails", "true") with { Uris = [new FetchUri("file:///no/such/file", null, false, false,
            false)] };
        await framework.LaunchAsync(runs, fails);
        await framework.ReachesAsync("runs", TaskState.Finished);
        Assert.Equal("fetched\n", await SandboxAsync("runs", "stdout"));
        var end = await framework.ReachesAsync("fails", TaskState.Failed);
        Assert.Equal(("SOURCE_AGENT", "REASON_CONTAINER_LAUNCH_FAILED"), (end.Source, end.Reason));
        Assert.EndsWith("exited with status 1", end.Message);
        Assert.Single(framework.UpdatesOf("fails"));
    }

    [Fact]
    public async Task Unknown_user_drops_the_task()
    {
        await framework.LaunchAsync(TestFramework.Command("nouser", "true") with { User = "nosuchuser" });
        var end = await framework.ReachesAsync("nouser", TaskState.Dropped);
        Assert.Equal("REASON_EXECUTOR_TERMINATED", end.Reason);
        Assert.EndsWith("No such user 'nosuchuser'", end.Message);
    }

    private Task<string> SandboxAsync(string taskId, string file) => File.ReadAllTextAsync(
        Path.Combine(cluster.WorkDirectory, "slaves", cluster.Agents[0].Id, "frameworks", framework.Id, "executors", taskId,
            "runs/latest", file));

    private Task ReadyAsync(string taskId) => Eventually.IsTrueAsync(
        async () => await SandboxAsync(taskId, "stdout") == "ready\n", TimeSpan.FromSeconds(10), $"{taskId} is ready");

    private static bool IsZombie(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }
}
