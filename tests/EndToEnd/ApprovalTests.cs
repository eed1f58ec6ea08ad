using System.Net;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd;

/// <summary>Production asks for a person's approval.</summary>
[Collection(ApprovingCollection.Name)]
public sealed class ApprovalTests(ApprovingPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task Production_waits_with_its_evidence_until_a_release_manager_approves_on_the_command_line()
    {
        var repository = await pipeline.CreateRepositoryAsync("bycli");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("bycli", "v1"));
        var promotion = await WaitsForApprovalAsync(repository, sha);
        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync("/apps/production/bycli/"));
        var evidence = await pipeline.GetAsync($"/api/v1/promotions/{promotion}/evidence");
        Assert.Contains("signature", evidence.ToString());

        var maria = await pipeline.CreateTokenAsync(
            new { login = "maria", groups = new[] { "release-managers" }, emails = new[] { "maria@example.test" } });
        var cli = await Cli.RunAsync(pipeline, maria, "promotion", "approve", promotion, "--message", "looks good");

        Assert.True(cli.ExitCode == 0, cli.Error);
        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        await pipeline.ServesAsync("/apps/production/bycli/", "bycli v1 in production\n");
        var approved = Assert.Single(await repository.EventsAsync(sha, "promotion.approved"));
        Assert.Equal("maria", approved.GetProperty("payload").GetProperty("person").GetString());
    }

    [Fact]
    public async Task The_author_and_the_pusher_are_refused_and_so_is_a_machine()
    {
        var repository = await pipeline.CreateRepositoryAsync("selfish");
        var sha = await repository.PushAsync(
            "Say hello", WebSample.Files("selfish", "v1"), author: "Nikos <nikos@example.test>", pusher: "petra");
        var promotion = await WaitsForApprovalAsync(repository, sha);
        var author = await pipeline.CreateTokenAsync(
            new { login = "nikos", groups = new[] { "release-managers" }, emails = new[] { "nikos@example.test" } });
        var pusher = await pipeline.CreateTokenAsync(new { login = "petra", groups = new[] { "release-managers" } });
        var machine = await pipeline.CreateTokenAsync(new { login = "robot", kind = "token", groups = new[] { "release-managers" } });

        foreach (var token in new[] { author, pusher, machine })
        {
            var cli = await Cli.RunAsync(pipeline, token, "promotion", "approve", promotion);
            Assert.Equal(5, cli.ExitCode);
            Assert.NotEmpty(cli.Error);
        }

        Assert.Equal("waiting", TestRepository.StageState(await repository.CommitAsync(sha), "production"));
    }

    [Fact]
    public async Task A_rejected_promotion_never_starts_and_says_who_and_why()
    {
        var repository = await pipeline.CreateRepositoryAsync("rejected");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("rejected", "v1"));
        var promotion = await WaitsForApprovalAsync(repository, sha);
        var maria = await pipeline.CreateTokenAsync(new { login = "maria", groups = new[] { "release-managers" } });

        var cli = await Cli.RunAsync(pipeline, maria, "promotion", "reject", promotion, "--message", "not on a Friday");

        Assert.True(cli.ExitCode == 0, cli.Error);
        var commit = await repository.ReachesAsync(sha, "production", "rejected");
        var reason = TestRepository.Stage(commit, "production")!.Value.GetProperty("reason").GetString();
        Assert.Contains("maria", reason);
        Assert.Contains("not on a Friday", reason);
    }

    private async Task<string> WaitsForApprovalAsync(TestRepository repository, string sha)
    {
        var commit = await Eventually.BecomesAsync(
            () => repository.CommitAsync(sha),
            c => TestRepository.Stage(c, "production") is { } s && s.GetProperty("state").GetString() == "waiting"
                && s.GetProperty("blockers").EnumerateArray().All(b => b.GetProperty("gate").GetString() == "approval")
                && s.GetProperty("blockers").GetArrayLength() == 1,
            TimeSpan.FromSeconds(90),
            "production waits for nothing but the approval");
        return TestRepository.Stage(commit, "production")!.Value.GetProperty("promotion").GetString()!;
    }

    private async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var answer = await pipeline.Applications.GetAsync(path);
        return answer.StatusCode;
    }
}
