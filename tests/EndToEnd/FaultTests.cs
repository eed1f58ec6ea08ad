using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd;

/// <summary>What breaks under the product, and what a user sees of it.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class FaultTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

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
            .Single(
                f =>
                    (Path.GetFileName(Path.GetDirectoryName(f)) + Path.GetFileName(f)).EndsWith(digest, StringComparison.Ordinal)
                        || f.EndsWith(digest, StringComparison.Ordinal));
        FlipOneByte(blob);

        var task = await OneTaskAsync("production", "tampered");
        var (status, body) = await pipeline.PostAsync($"/api/v1/tasks/{task.GetProperty("id").GetString()}/kill", new { });
        Assert.True((int)status is 200 or 202, body.ToString());

        await Eventually.IsTrueAsync(
            async () => (await repository.EventsAsync(good, "security.raised")).Count > 0, TimeSpan.FromSeconds(60),
            "a security event is raised");
        var raised = (await repository.EventsAsync(good, "security.raised"))[0].GetProperty("payload");
        Assert.Equal("digest-mismatch", raised.GetProperty("code").GetString());
        await Eventually.IsTrueAsync(
            async () =>
                (await repository.CommitAsync(good))!.Value.GetProperty("release")
                    .GetProperty("heldReason").ValueKind == JsonValueKind.String,
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

        var cluster = LocalCluster.Of(pipeline, "production");
        await cluster.FaultAsync(agent, "kill");
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
            await cluster.FaultAsync(agent, "restart");
        }
    }

    private async Task<IReadOnlyList<JsonElement>> TasksAsync(string cluster, string request)
    {
        var page = await pipeline.GetAsync($"/api/v1/clusters/{cluster}/tasks?request={request}&active=true");
        return [.. page!.Value.GetProperty("items").EnumerateArray()];
    }

    private async Task<JsonElement> OneTaskAsync(string cluster, string request) =>
        Assert.Single(await TasksAsync(cluster, request), t => t.GetProperty("healthy").GetBoolean());

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
