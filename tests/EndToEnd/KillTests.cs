using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd;

/// <summary>kill -9 of the server: work goes on without it, and it takes up what it finds.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class KillTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_server_killed_during_a_build_finishes_it_after_the_restart_and_no_step_runs_twice()
    {
        var repository = await pipeline.CreateRepositoryAsync("killedbuild");
        const string signal = "killedbuild";
        var signals = pipeline.Signals;
        var sha = await repository.PushAsync("Build slowly", WebSample.Files(
            "killedbuild", "v1", buildStep: $"{signals.Note(signal, "started")}; {signals.Wait(signal)}; {signals.Note(signal, "ended")}"));
        await Eventually.IsTrueAsync(() => Task.FromResult(signals.Notes(signal).Count > 0), TimeSpan.FromSeconds(30), "the step runs");

        await pipeline.KillServerAsync();
        signals.Open(signal);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(signals.Notes(signal).Contains("ended")), TimeSpan.FromSeconds(30), "the step goes on without the server");
        await pipeline.StartServerAsync();

        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        Assert.Equal(["started", "ended"], signals.Notes(signal));
        Assert.Single(await repository.EventsAsync(sha, "module.started"));
        Assert.Single(await BuildTasksAsync(repository, sha));
    }

    [Fact]
    public async Task A_server_killed_in_two_stages_of_a_deploy_finishes_it_with_the_tasks_that_it_had_launched()
    {
        var repository = await pipeline.CreateRepositoryAsync("killeddeploy");
        var first = await repository.PushAsync("First", WebSample.Files("killeddeploy", "v1", instances: 2));
        await repository.ReachesAsync(first, "production", "running", "succeeded");
        var gate = new Gate(pipeline, "killeddeploy");
        await gate.OpenAsync("product-qa");
        var second = await repository.PushAsync("Second", WebSample.Files("killeddeploy", "v2", instances: 2, gate: gate));

        foreach (var stage in new[] { "infra-qa", "production" })
        {
            await repository.ReachesAsync(second, stage, "deploying");
            var started = await gate.StartsBecomeAsync(stage, 2);
            await RunningAsync(repository, second, started);

            await pipeline.KillServerAsync();
            Assert.All(started, s => Assert.True(s.IsAlive, $"{s} ended with the server"));
            await pipeline.StartServerAsync();

            Assert.Equal("deploying", TestRepository.StageState(await repository.CommitAsync(second), stage));
            await pipeline.ServesAsync($"/apps/{stage}/killeddeploy/", $"killeddeploy v1 in {stage}\n");
            await gate.OpenAsync(stage);
            await repository.ReachesAsync(second, stage, "baking", "succeeded", "running");
            Assert.Equal(started, gate.Starts(stage));
            Assert.All(started, s => Assert.True(s.IsAlive, $"{s} did not outlive the restart"));
        }

        await repository.ReachesAsync(second, "production", "running", "succeeded");
        await pipeline.ServesAsync("/apps/production/killeddeploy/", "killeddeploy v2 in production\n");
        Assert.Equal(6, (await TasksOfAsync(repository, second, "task.launched", "killeddeploy")).Count);
        Assert.Empty(await TasksOfAsync(repository, second, "task.finished", "killeddeploy"));
    }

    /// <remarks>
    /// A launch is a row before its ACCEPT leaves. A kill between the two leaves a row for a task that no master heard of; the master says
    /// so when it is asked (TASK_GONE, no sandbox on any agent), and the instance is launched as the next attempt. Whether the ACCEPT that
    /// waits in the frozen master's socket still counts is a race between it and the end of its stream; what may never happen is two.
    /// </remarks>
    [Fact]
    public async Task A_server_killed_between_the_row_of_a_launch_and_its_accept_runs_every_instance_once()
    {
        var repository = await pipeline.CreateRepositoryAsync("frozen");
        var gate = new Gate(pipeline, "frozen");
        foreach (var stage in new[] { "infra-qa", "product-qa", "production" })
            await gate.OpenAsync(stage);
        var cluster = LocalCluster.Of(pipeline, "production");
        var agent = (await cluster.AgentsAsync())[0];
        // Two instances do not fit on one agent: while the other is away, the second waits, and the server is known to ask for offers.
        await cluster.DeactivateAsync(agent);
        var sha = await repository.PushAsync("Say hello", WebSample.Files("frozen", "v1", instances: 2, cpus: 5, gate: gate));
        var one = Assert.Single(await gate.StartsBecomeAsync("production", 1));
        await Eventually.IsTrueAsync(async () => (await PendingAsync("frozen")).Contains("cpus"), TimeSpan.FromSeconds(30), "the second waits for cpus");

        pipeline.FreezeServer();
        await cluster.ReactivateAsync(agent);
        await Eventually.IsTrueAsync(() => cluster.OffersAsync(agent), TimeSpan.FromSeconds(30), "the master offers the agent that is back");
        cluster.Freeze();
        try
        {
            pipeline.ThawServer();
            await Eventually.IsTrueAsync(
                async () => await StateOfAsync("frozen", one.TaskId) == "launching", TimeSpan.FromSeconds(30), "the launch is a row, its ACCEPT unanswered");
            await pipeline.KillServerAsync();
        }
        finally
        {
            cluster.Thaw();
        }

        await pipeline.StartServerAsync();
        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        var starts = gate.Starts("production");
        var seen = $"{string.Join('\n', starts)}\n{await repository.TimelineAsync(sha)}";
        Assert.True(starts.Count == 2 && starts[0] == one && starts.All(s => s.IsAlive), seen);
        var launched = (await TasksOfAsync(repository, sha, "task.launched", "frozen"))
            .Where(t => t.Contains(".production.", StringComparison.Ordinal));
        var lost = await TasksOfAsync(repository, sha, "task.finished", "frozen");
        Assert.Equal(starts.Select(s => s.TaskId).Order(), launched.Except(lost).Order());
    }

    private static Task RunningAsync(TestRepository repository, string sha, IReadOnlyList<Start> started) => Eventually.IsTrueAsync(
        async () => (await repository.EventsAsync(sha, "task.running"))
            .Select(e => e.GetProperty("payload").GetProperty("taskId").GetString())
            .Intersect(started.Select(s => s.TaskId)).Count() == started.Count,
        TimeSpan.FromSeconds(30),
        "the server heard that they run");

    private async Task<string> PendingAsync(string request)
    {
        var page = await pipeline.GetAsync("/api/v1/clusters/production/pending");
        return string.Join('\n', page!.Value.GetProperty("items").EnumerateArray()
            .Where(p => p.GetProperty("requestId").GetString() == request)
            .Select(p => p.GetProperty("reason").GetString()));
    }

    /// <summary>The state of the request's instance that is not the given task.</summary>
    private async Task<string?> StateOfAsync(string request, string notTask)
    {
        var page = await pipeline.GetAsync($"/api/v1/clusters/production/tasks?request={request}&active=true");
        return page!.Value.GetProperty("items").EnumerateArray()
            .Where(t => t.GetProperty("id").GetString() != notTask)
            .Select(t => t.GetProperty("state").GetString())
            .SingleOrDefault();
    }

    private static async Task<IReadOnlyList<JsonElement>> BuildTasksAsync(TestRepository repository, string sha) =>
    [
        .. (await repository.EventsAsync(sha, "task.launched"))
            .Where(e => e.GetProperty("payload").GetProperty("requestId").GetString()!.StartsWith("build.", StringComparison.Ordinal)),
    ];

    private static async Task<IReadOnlySet<string>> TasksOfAsync(TestRepository repository, string sha, string kind, string request) =>
        (await repository.EventsAsync(sha, kind))
            .Select(e => e.GetProperty("payload"))
            .Where(p => p.GetProperty("requestId").GetString() == request)
            .Select(p => p.GetProperty("taskId").GetString()!)
            .ToHashSet();
}
