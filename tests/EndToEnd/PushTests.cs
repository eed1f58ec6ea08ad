using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd;

/// <summary>A git push, and what becomes of it.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class PushTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_push_goes_through_three_stages_and_production_answers()
    {
        var repository = await pipeline.CreateRepositoryAsync("journey");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("journey", "v1"));

        await repository.ReachesAsync(sha, "production", "running", "succeeded");

        foreach (var stage in new[] { "infra-qa", "product-qa", "production" })
            await pipeline.ServesAsync($"/apps/{stage}/journey/", $"journey v1 in {stage}\n");
        var kinds = new[] { "commit.pushed", "build.planned", "build.finished", "release.created" };
        foreach (var kind in kinds)
            Assert.Single(await repository.EventsAsync(sha, kind));
        Assert.Equal(3, (await repository.EventsAsync(sha, "promotion.succeeded")).Count);
    }

    [Fact]
    public async Task A_release_that_is_sick_in_product_qa_stops_there_and_production_is_untouched()
    {
        var repository = await pipeline.CreateRepositoryAsync("sick");
        var good = await repository.PushAsync("Good", WebSample.Files("sick", "v1"));
        await repository.ReachesAsync(good, "production", "running", "succeeded");

        var bad = await repository.PushAsync("Break the health check in product-QA", WebSample.Files("sick", "v2", sickIn: "product-qa"));
        var commit = await repository.ReachesAsync(bad, "product-qa", "rolled-back");

        Assert.Contains("500", TestRepository.Stage(commit, "product-qa")!.Value.GetProperty("reason").GetString());
        Assert.Equal("not-reached", TestRepository.StageState(commit, "production"));
        Assert.Equal("sick v1 in production\n", await pipeline.Applications.GetStringAsync("/apps/production/sick/"));
        await pipeline.ServesAsync("/apps/product-qa/sick/", "sick v1 in product-qa\n");
        await pipeline.ServesAsync("/apps/infra-qa/sick/", "sick v2 in infra-qa\n");
        Assert.Contains("product-qa", commit.GetProperty("next").GetString());
        var page = await pipeline.Http.GetStringAsync($"/repos/tests/sick/commits/{bad}");
        Assert.Contains("rolled back", page);
        Assert.Contains("500", page);
        await StatusBecomesAsync(repository, bad, "pipeline/product-qa", "failure");
    }

    [Fact]
    public async Task A_failing_step_fails_the_build_with_its_exit_code_and_last_lines()
    {
        var repository = await pipeline.CreateRepositoryAsync("failing");
        var sha = await repository.PushAsync(
            "Fail", WebSample.Files("failing", "v1", buildStep: "echo compiling; echo broken by purpose >&2; exit 42"));

        var commit = await repository.BuildBecomesAsync(sha, "failed");

        var build = commit.GetProperty("build");
        Assert.Equal("app", build.GetProperty("failureClass").GetString());
        Assert.Contains("prepare", build.GetProperty("reason").GetString());
        Assert.Contains("42", build.GetProperty("reason").GetString());
        var details = await pipeline.GetAsync($"/api/v1/builds/{build.GetProperty("id").GetString()}");
        Assert.Contains("broken by purpose", details.ToString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, commit.GetProperty("release").ValueKind);
        var page = await pipeline.Http.GetStringAsync($"/repos/tests/failing/commits/{sha}");
        Assert.Contains("broken by purpose", page);
        Assert.Contains("42", page);
        await StatusBecomesAsync(repository, sha, "pipeline/build", "failure");
    }

    [Fact]
    public async Task A_branch_is_built_and_goes_nowhere_until_it_is_merged_and_is_then_not_built_again()
    {
        var repository = await pipeline.CreateRepositoryAsync("branched");
        var sha = await repository.CommitAsync("Try something", WebSample.Files("branched", "v1"));
        await repository.PushHeadAsync(branch: "feature/try");
        await repository.BuildBecomesAsync(sha, "succeeded");
        var built = await Eventually.BecomesAsync(
            () => repository.CommitAsync(sha), c => c?.GetProperty("release").ValueKind == System.Text.Json.JsonValueKind.Object,
            TimeSpan.FromSeconds(30), "the release is made");
        Assert.EndsWith("is ready on feature/try. Merge it to main, or promote it by hand.", built!.Value.GetProperty("next").GetString());
        Assert.Empty(await repository.EventsAsync(sha, "promotion.created"));

        await repository.PushHeadAsync(branch: "main");

        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        Assert.Single(await repository.EventsAsync(sha, "build.planned"));
    }

    [Fact]
    public async Task A_broken_definition_is_reported_with_file_and_line()
    {
        var repository = await pipeline.CreateRepositoryAsync("broken");
        var sha = await repository.PushAsync("Break the definition", new Dictionary<string, string>
        {
            [".pipeline.yaml"] = """
                modules:
                  web:
                    needs: [common]
                    steps:
                      - { name: package, run: 'true' }
                """,
        });

        await repository.BuildBecomesAsync(sha, "failed");

        var rejected = Assert.Single(await repository.EventsAsync(sha, "definition.rejected"));
        var problem = rejected.GetProperty("payload").GetProperty("problems")[0];
        Assert.Equal(".pipeline.yaml", problem.GetProperty("file").GetString());
        Assert.Equal(3, problem.GetProperty("line").GetInt32());
        Assert.Contains("depends_on", problem.ToString());
        await StatusBecomesAsync(repository, sha, "pipeline/build", "error");
        Assert.Contains(".pipeline.yaml:3", await pipeline.Http.GetStringAsync($"/repos/tests/broken/commits/{sha}"));
    }

    [Fact]
    public async Task The_same_delivery_sent_fifty_times_in_parallel_builds_once()
    {
        var repository = await pipeline.CreateRepositoryAsync("fifty");
        var sha = await repository.CommitAsync("Say hello fifty times", WebSample.Files("fifty", "v1"));
        var delivery = await SignedDelivery.ForHeadAsync(pipeline, repository, sha);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => delivery.SendAsync()));

        Assert.All(answers, status => Assert.Equal(System.Net.HttpStatusCode.Accepted, status));
        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        Assert.Single(await repository.EventsAsync(sha, "commit.pushed"));
        Assert.Single(await repository.EventsAsync(sha, "build.planned"));
    }

    private static Task StatusBecomesAsync(TestRepository repository, string sha, string context, string state) => Eventually.BecomesAsync(
        async () => (await repository.EventsAsync(sha, "status.reported"))
            .Select(e => e.GetProperty("payload"))
            .Where(p => p.GetProperty("context").GetString() == context)
            .Select(p => p.GetProperty("state").GetString())
            .LastOrDefault(),
        last => last == state,
        TimeSpan.FromSeconds(10),
        $"the status {context} is {state}");
}
