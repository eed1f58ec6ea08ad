using System.Net;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Cases.Deliveries;

/// <summary>What is away now and back later: the delivery waits in sight, is tried again, and comes through.</summary>
[Collection(CasesCollection.Name)]
public sealed class AwayCases(CasesPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_push_whose_remote_is_away_is_listed_with_its_tries_and_comes_through_when_it_is_retried()
    {
        var (repository, beside) = (await ByteRepository.CreateAsync(pipeline, "away"), await ByteRepository.CreateAsync(pipeline,
            "beside"));
        var sha = repository.Commit(Files);
        await repository.PushSilentlyAsync(("main", sha));
        Directory.Move(repository.Bare, repository.Bare + ".away");
        var announced = await ChildProcess.RunAsync(
            $"{repository.Bare}.away/hooks/post-receive", ["--resync"], CancellationToken.None, "/",
            new Dictionary<string, string?> { ["GIT_DIR"] = $"{repository.Bare}.away" });
        announced.ThrowIfFailed("post-receive --resync");

        var failure = await FailureOfAsync(repository.Name);
        var delivery = failure.GetProperty("object").Text("id");
        await SaysAsync("/failures", $"delivery {delivery}");
        await SaysAsync($"/hooks/deliveries/{delivery}", failure.Text("error"));
        await SaysAsync($"/hooks/deliveries/{delivery}", ", next at ");
        var other = beside.Commit(Files);
        await beside.PushAsync(("main", other));
        Assert.Equal("succeeded", (await beside.BuildsAsync(other))[0].Text("state"));

        Directory.Move(repository.Bare + ".away", repository.Bare);
        await pipeline.PostAsync($"/api/v1/failures/{failure.Text("id")}/retry", new { });

        Assert.Equal("succeeded", (await repository.BuildsAsync(sha))[0].Text("state"));
        Assert.Null(await pipeline.GetAsync($"/api/v1/failures/{failure.Text("id")}"));
    }

    [Fact]
    public async Task A_push_of_a_repository_that_only_the_forge_knows_waits_in_sight_while_it_is_away_and_ends_when_it_is_back()
    {
        var (unknown, foreign) = (9_300_000_000_001, 9_300_000_000_002);
        var (first, second) = (await AnnounceAsync(unknown), await AnnounceAsync(foreign));
        foreach (var id in (string[])[first, second])
        {
            var failure = await FailureOfAsync(id);
            Assert.StartsWith("GitHub did not say what repository ", failure.Text("error"), StringComparison.Ordinal);
            await SaysAsync($"/hooks/deliveries/{id}", "GitHub did not say what repository ");
        }

        using var forge = fixture.StartForge(new Dictionary<long, string> { [foreign] = "https://evil.example/x.git" });
        foreach (var id in (string[])[first, second])
            await pipeline.PostAsync($"/api/v1/failures/{(await FailureOfAsync(id)).Text("id")}/retry", new { });

        Assert.Equal(
            $"GitHub knows no repository with the number {unknown}, or the token cannot see it. Register the repository"
            + " (POST /api/v1/repositories) if it is elsewhere.",
            await RejectedAsync(first));
        Assert.StartsWith("The clone URL 'https://evil.example/x.git' does not lie on ", await RejectedAsync(second),
            StringComparison.Ordinal);
    }

    private async Task<string> AnnounceAsync(long forgeId) => await HookSender.SendAsync(pipeline, Encoding.UTF8.GetBytes($$"""
        {
            "ref": "refs/heads/main", "before": "{{new string('0', 40)}}", "after": "{{new string('1', 40)}}",
            "repository": { "id": {{forgeId}}, "full_name": "acme/shop", "clone_url": "https://github.com/acme/shop.git" }
        }
        """));

    private async Task<string> RejectedAsync(string delivery)
    {
        var ended = await Eventually.BecomesAsync(
            async () => (await pipeline.GetAsync($"/api/v1/deliveries/{delivery}"))!.Value.GetProperty("delivery"),
            d => d.Text("state") == "rejected", TimeSpan.FromSeconds(20), "the delivery is rejected");
        await SaysAsync($"/hooks/deliveries/{delivery}", ended.Text("outcome"));
        return ended.Text("outcome");
    }

    private async Task<JsonElement> FailureOfAsync(string text) => (await Eventually.BecomesAsync(
        async () => (await pipeline.GetAsync("/api/v1/failures"))!.Value.GetProperty("items").EnumerateArray()
            .Where(f => f.ToString().Contains(text, StringComparison.Ordinal)).Select(f => (JsonElement?)f).FirstOrDefault(),
        f => f is not null, TimeSpan.FromSeconds(20), $"a failure about {text} is listed"))!.Value;

    private async Task SaysAsync(string page, string text) =>
        Assert.Contains(text, WebUtility.HtmlDecode(await pipeline.Http.GetStringAsync(page)), StringComparison.Ordinal);

    private static Tree Files => new() { { ".pipeline.yaml", "steps: [{ run: 'true' }]\nresources: { cpus: 0.05, memory: 64MB }\n" } };
}
