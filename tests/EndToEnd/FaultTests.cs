using System.Text.Json;

namespace Pipeline.EndToEnd;

/// <summary>What breaks under the product, and what a user sees of it.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class FaultTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_server_killed_during_a_build_finishes_it_after_the_restart_and_no_step_runs_twice()
    {
        var repository = await pipeline.CreateRepositoryAsync("killedbuild");
        var witness = Path.Combine(pipeline.Data, "killedbuild.witness");
        var go = Path.Combine(pipeline.Data, "killedbuild.go");
        var sha = await repository.PushAsync("Build slowly", WebSample.Files(
            "killedbuild", "v1", buildStep: $"echo started >> {witness}; while [ ! -e {go} ]; do sleep 0.05; done; echo ended >> {witness}"));
        await Eventually.IsTrueAsync(() => Task.FromResult(File.Exists(witness)), TimeSpan.FromSeconds(30), "the step runs");

        await pipeline.KillServerAsync();
        await File.WriteAllTextAsync(go, "");
        await Eventually.IsTrueAsync(
            async () => (await File.ReadAllTextAsync(witness)).Contains("ended"), TimeSpan.FromSeconds(30), "the step goes on without the server");
        await pipeline.StartServerAsync();

        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        Assert.Equal("started\nended\n", await File.ReadAllTextAsync(witness));
        Assert.Single(await repository.EventsAsync(sha, "module.started"));
        Assert.Single(await BuildTasksAsync(repository, sha));
    }

    [Fact]
    public async Task A_server_killed_during_a_deploy_finishes_it_after_the_restart_and_restarts_no_task()
    {
        var repository = await pipeline.CreateRepositoryAsync("killeddeploy");
        var first = await repository.PushAsync("First", WebSample.Files("killeddeploy", "v1", instances: 2));
        await repository.ReachesAsync(first, "production", "running", "succeeded");
        var second = await repository.PushAsync("Second", WebSample.Files("killeddeploy", "v2", instances: 2));
        await repository.ReachesAsync(second, "product-qa", "deploying", "baking", "succeeded", "running");

        await pipeline.KillServerAsync();
        await pipeline.StartServerAsync();

        await repository.ReachesAsync(second, "production", "running", "succeeded");
        await pipeline.ServesAsync("/apps/production/killeddeploy/", "killeddeploy v2 in production\n");
        // A launch that the kill caught between its row and its ACCEPT never ran, and is made again: what counts is what ran.
        var ran = await TasksOfAsync(repository, second, "task.running", "killeddeploy");
        var ended = await TasksOfAsync(repository, second, "task.finished", "killeddeploy");
        Assert.True(ran.Count == 6, await repository.TimelineAsync(second));
        Assert.Empty(ran.Intersect(ended));
    }

    [Fact]
    public async Task An_artifact_changed_on_disk_is_refused_on_the_agent_and_raises_a_security_event()
    {
        var repository = await pipeline.CreateRepositoryAsync("tampered");
        var good = await repository.PushAsync("Good", WebSample.Files("tampered", "v1"));
        await repository.ReachesAsync(good, "production", "running", "succeeded");
        var commit = (await repository.CommitAsync(good))!.Value;
        var release = await pipeline.GetAsync($"/api/v1/releases/{commit.GetProperty("release").GetProperty("digest").GetString()}");
        var digest = release!.Value.GetProperty("deployables")[0].GetProperty("artifact").GetString()!["sha256:".Length..];
        var blob = Directory.GetFiles(Path.Combine(pipeline.Data, "artifacts"), "*", SearchOption.AllDirectories)
            .Single(f => (Path.GetFileName(Path.GetDirectoryName(f)) + Path.GetFileName(f)).EndsWith(digest, StringComparison.Ordinal) || f.EndsWith(digest, StringComparison.Ordinal));
        FlipOneByte(blob);

        var task = await OneTaskAsync("production", "tampered");
        var (status, body) = await pipeline.PostAsync($"/api/v1/tasks/{task.GetProperty("id").GetString()}/kill", new { });
        Assert.True((int)status is 200 or 202, body.ToString());

        await Eventually.IsTrueAsync(
            async () => (await repository.EventsAsync(good, "security.raised")).Count > 0, TimeSpan.FromSeconds(60), "a security event is raised");
        var raised = (await repository.EventsAsync(good, "security.raised"))[0].GetProperty("payload");
        Assert.Equal("digest-mismatch", raised.GetProperty("code").GetString());
        await Eventually.IsTrueAsync(
            async () => (await repository.CommitAsync(good))!.Value.GetProperty("release").GetProperty("heldReason").ValueKind == JsonValueKind.String,
            TimeSpan.FromSeconds(10),
            "the release is held");
        var page = await pipeline.Http.GetStringAsync($"/repos/tests/tampered/commits/{good}");
        Assert.Contains("digest-mismatch", page);
    }

    [Fact]
    public async Task An_agent_killed_under_a_service_is_replaced_elsewhere_and_the_release_is_not_blamed()
    {
        var repository = await pipeline.CreateRepositoryAsync("orphaned");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("orphaned", "v1"));
        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        var task = await OneTaskAsync("production", "orphaned");
        var agent = task.GetProperty("agentId").GetString()!;

        await LocalMesosAdminAsync("production", agent, "kill");
        try
        {
            await Eventually.IsTrueAsync(
                async () =>
                {
                    var now = await TasksAsync("production", "orphaned");
                    return now.Any(t => t.GetProperty("healthy").GetBoolean() && t.GetProperty("agentId").GetString() != agent);
                },
                TimeSpan.FromSeconds(60),
                "the instance runs on another agent");
            await pipeline.ServesAsync("/apps/production/orphaned/", "orphaned v1 in production\n");
            var commit = (await repository.CommitAsync(sha))!.Value;
            Assert.Contains(TestRepository.StageState(commit, "production"), new[] { "running", "succeeded" });
            Assert.Empty(await repository.EventsAsync(sha, "deploy.failed"));
        }
        finally
        {
            await LocalMesosAdminAsync("production", agent, "restart");
        }
    }

    private async Task<IReadOnlyList<JsonElement>> TasksAsync(string cluster, string request)
    {
        var page = await pipeline.GetAsync($"/api/v1/clusters/{cluster}/tasks?request={request}&active=true");
        return [.. page!.Value.GetProperty("items").EnumerateArray()];
    }

    private async Task<JsonElement> OneTaskAsync(string cluster, string request) =>
        Assert.Single(await TasksAsync(cluster, request), t => t.GetProperty("healthy").GetBoolean());

    private async Task<IReadOnlyList<JsonElement>> BuildTasksAsync(TestRepository repository, string sha) =>
        [.. (await repository.EventsAsync(sha, "task.launched")).Where(e => e.GetProperty("payload").GetProperty("requestId").GetString()!.StartsWith("build.", StringComparison.Ordinal))];

    private static async Task<IReadOnlySet<string>> TasksOfAsync(TestRepository repository, string sha, string kind, string request) =>
        (await repository.EventsAsync(sha, kind))
            .Select(e => e.GetProperty("payload"))
            .Where(p => p.GetProperty("requestId").GetString() == request)
            .Select(p => p.GetProperty("taskId").GetString()!)
            .ToHashSet();

    private async Task LocalMesosAdminAsync(string cluster, string agent, string action)
    {
        var state = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(pipeline.Data, "clusters", cluster, "localmesos.json"))).RootElement;
        using var http = new HttpClient { BaseAddress = new Uri(state.GetProperty("master").GetString()!) };
        using var answer = await http.PostAsync($"/localmesos/agents/{agent}/{action}", null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static void FlipOneByte(string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = stream.Length / 2;
        var value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 1));
    }
}
