using System.Globalization;
using System.Text;
using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.DeployStages.Tests.Contract;

/// <summary>Git walks a history of 300,000 commits for seconds: no transaction waits meanwhile, and the answers are right.</summary>
public sealed class LongHistoryTests
{
    private const int Commits = 300_000;

    private const string Policy = """
        stages:
          - { name: infra-qa, cluster: infra-qa, bake: 1s }
          - name: production
            cluster: production
            after: infra-qa
            bake: 1s
            branches: [stable]
            gates: { approval: { groups: { release-managers: 1 }, exclude: [author], expires: 72h } }
        """;

    [Fact]
    public async Task A_release_of_a_long_history_goes_through_every_question_to_git_while_others_use_the_stage()
    {
        await using var stages = await Stages.StartAsync(Policy);
        var (old, newest) = await HistoryAsync(stages);
        stages.Branch = "main";
        var release = await stages.ReleaseAsync(old);
        await stages.GoThroughAsync("infra-qa");
        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "infra-qa"));

        // The branch that production takes has the commit 100,000 commits below its head.
        await stages.PromoteAsync(release, "production");
        Assert.Equal(["branch", "approval"], await GatesAsync(stages, release));
        await stages.ExecuteAsync(
            """
            INSERT INTO git.branch (repository_id, name, head_sha, head_received_at, updated_at)
            VALUES (@repository, 'stable', @head, now(), now())
            """,
            new { repository = Stages.Repository.Value, head = newest.ToString() });
        await stages.PassAsync(61);
        Assert.Equal(["approval"], await GatesAsync(stages, release));

        // He wrote the first of the 200,000 commits that go into production.
        var p = await stages.PromotionAsync(release, "production");
        var refused = await stages.Commands.ApproveAsync(Callers.Person("first"), p.Id, null, null, default);
        Assert.Equal("approver-excluded", Assert.IsType<PromotionOutcome.Refused>(refused).Code);
        Assert.IsType<PromotionOutcome.Done>(await stages.Commands.ApproveAsync(Callers.Person("niki"), p.Id, null, null, default));
        await stages.RunJobsAsync();
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));

        // What is contained in the release of the stage never takes it back, however far below it is.
        var first = await stages.ReleaseAsync(await RootAsync(stages));
        Assert.Equal(PromotionPhase.Superseded, await stages.PhaseAsync(first, "infra-qa"));
    }

    private static async Task<IEnumerable<string>> GatesAsync(Stages stages, Release release) =>
        (await stages.PromotionAsync(release, "production")).Blockers.Select(b => b.Gate);

    private static async Task<(CommitSha Old, CommitSha Newest)> HistoryAsync(Stages stages)
    {
        using var git = await GitRepo.CreateAsync();
        var stream = new StringBuilder();
        for (var n = 1; n <= Commits; n++)
        {
            var who = n == 1 ? "first <first@example.org>" : "kostas <kostas@example.org>";
            stream.Append(
                CultureInfo.InvariantCulture, $"commit refs/heads/main\nauthor {who} {1_500_000_000 + n} +0000\n");
            stream.Append(CultureInfo.InvariantCulture, $"committer {who} {1_500_000_000 + n} +0000\ndata 1\nc\n");
        }

        await git.ImportAsync(stream.ToString());
        await git.GitAsync("clone", "-q", "--bare", ".", Path.Combine(stages.Folder, "mirrors", $"{Stages.Repository.Value:N}.git"));
        return (await ShaAsync(git, "main~100000"), await ShaAsync(git, "main"));
    }

    private static async Task<CommitSha> ShaAsync(GitRepo git, string name) =>
        CommitSha.Parse((await git.GitAsync("rev-parse", name)).Trim());

    private static async Task<CommitSha> RootAsync(Stages stages)
    {
        using var git = await GitRepo.CreateAsync();
        var mirror = Path.Combine(stages.Folder, "mirrors", $"{Stages.Repository.Value:N}.git");
        return CommitSha.Parse((await git.GitAsync("--git-dir", mirror, "rev-list", "--max-parents=0", "main")).Trim());
    }
}
