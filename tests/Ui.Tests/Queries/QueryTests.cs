using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Clusters;
using Pipeline.Ui.Queries.Commits;
using Pipeline.Ui.Queries.Home;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Releases;
using Pipeline.Ui.Queries.Repositories;

namespace Pipeline.Ui.Tests.Queries;

/// <summary>Reads across schemas, against what is stored and what the slices themselves answer.</summary>
public sealed class QueryTests : UiTest
{
    private static readonly Guid Repository = Guid.Parse("01900000-0000-7000-8000-000000000001");

    [Fact]
    public async Task A_promotion_reads_as_its_slice_says()
    {
        var own = (await Service<PromotionPageQueries>().FindAsync(Waiting, Ct))!;
        var slices = (await Service<PromotionQueries>().FindAsync(new PromotionId(Waiting), Ct))!;

        Assert.Equal((slices.Stage, slices.ReleaseNumber), (own.Stage, own.ReleaseNumber));
        Assert.Equal(slices.Release.ToString(), own.Release);
        Assert.Equal(slices.Number, own.Number);
        Assert.Equal(slices.Blockers.Select(b => b.Sentence), own.Blockers.Select(b => b.Sentence));
        Assert.Equal(own.Id, (await Service<PromotionPageQueries>().FindAsync("SHOP", "Billing", 2, "production", Ct))!.Id);
        Assert.Null(await Service<PromotionPageQueries>().FindAsync("shop", "billing", 2, "nowhere", Ct));
        Assert.Null(await Service<PromotionPageQueries>().FindAsync(Guid.NewGuid(), Ct));
    }

    [Fact]
    public async Task The_matrix_says_what_the_stages_say()
    {
        var own = Assert.Single(await Service<MatrixQueries>().ListAsync(new DeployableFilter(), null, 10, Ct));
        var slices = (await Service<StageQueries>().DeployableAsync("billing-api", Ct))!;

        foreach (var cell in own.Cells)
        {
            var other = slices.Stages.Single(s => s.Stage == cell.Stage);
            Assert.Equal((other.ReleaseNumber, other.Healthy, other.Instances), (cell.Release, cell.Healthy, cell.Instances));
            Assert.Equal(other.Commit?.ToString(), cell.Sha);
        }

        Assert.Equal(own.Name, (await Service<MatrixQueries>().FindAsync("billing-api", Ct))!.Name);
        Assert.Null(await Service<MatrixQueries>().FindAsync("nothing", Ct));
    }

    [Theory]
    [InlineData("bill", 1)]
    [InlineData("API", 1)]
    [InlineData("  billing-api ", 1)]
    [InlineData("", 1)]
    [InlineData("nothing", 0)]
    [InlineData("'; DROP TABLE stages.deployable; --", 0)]
    public async Task Deployables_are_found_by_a_part_of_their_name(string find, int found) =>
        Assert.Equal(found, (await Service<MatrixQueries>().ListAsync(new DeployableFilter(find.Trim()), null, 10, Ct)).Count);

    [Fact]
    public async Task The_tasks_of_a_cluster_are_those_of_the_scheduler_running_ones_first()
    {
        var own = await Service<TaskListQueries>().TasksAsync("production", null, 50, Ct);
        var slices = await Service<SchedulerQueries>().TasksAsync(new TaskFilter("production"), null, 50, Ct);

        Assert.Equal(slices.Items.Select(t => t.Id).Order(), own.Select(t => t.Id).Order());
        Assert.All(own, t => Assert.Equal(t.Phase == "Pending", t.WhyPending is not null));
        Assert.Equal(own.OrderBy(t => t.EndedAt is not null).Select(t => t.Id), own.Select(t => t.Id));
        Assert.Single(await Service<TaskListQueries>().OnAgentAsync("production", "rack1-a1", 50, Ct));
        Assert.Equal(2, (await Service<TaskListQueries>().OfRequestAsync("production", "billing-api", 50, Ct)).Count);
        Assert.Equal(6, (await Service<TaskListQueries>().TasksAsync(null, "billing-api", 50, Ct)).Count);
        Assert.Equal(3, (await Service<TaskListQueries>().RequestsOfAsync("billing-api", Ct)).Count);
    }

    [Fact]
    public async Task Promotions_that_a_person_can_decide_come_first_and_are_counted()
    {
        await ExecuteAsync("""
            UPDATE stages.promotion SET phase = 'Waiting', blockers = '[{"gate": "soak", "sentence": "Soaks.", "earliestAt": null, "clearedBy": null}]',
                   next_wake = now(), generation = NULL, started_at = NULL, finished_at = NULL
             WHERE release_number = 2 AND stage = 'product-qa';
            """);

        var all = await Service<WaitingQueries>().AllAsync(Ct);

        Assert.Equal(["production", "product-qa"], all.Select(w => w.Stage));
        Assert.Equal([true, false], all.Select(w => w.NeedsPerson));
        Assert.Equal(Waiting, Assert.Single(await Service<WaitingQueries>().ForPersonAsync(10, Ct)).Id);
        Assert.Equal(1, await Service<WaitingQueries>().CountForPersonAsync(Ct));
    }

    [Fact]
    public async Task The_home_page_shows_what_waits_what_is_broken_and_what_is_new()
    {
        var home = await Service<HomePageQueries>().LoadAsync(Ct);

        Assert.Equal(Waiting, Assert.Single(home.Waiting).Id);
        Assert.Equal(3, Assert.Single(home.Broken).Number);
        Assert.Equal(["3", "2", "1"], home.Commits.Select(c => c.Sha[..1]));
        Assert.Equal("shop/billing", Assert.Single(home.Repositories).Repository);
    }

    [Fact]
    public async Task A_failure_that_a_retry_mended_is_not_broken_any_more()
    {
        await ExecuteAsync("""
            INSERT INTO build.build (id, repository_id, number, sha, branch, trigger, requested_by, state, created_at, started_at,
              finished_at)
            SELECT gen_random_uuid(), repository_id, 4, sha, branch, 'Retry', 'person:maria', 'Succeeded', now(), now(),
              now() FROM build.build WHERE number = 3;
            """);

        Assert.Empty(await Service<BuildPageQueries>().BrokenAsync(10, Ct));
        Assert.Equal([4, 3], (await Service<BuildPageQueries>().OfCommitAsync(Repository, Broken, Ct)).Select(b => b.Number));
    }

    [Theory]
    [InlineData("Running", false, "pending")]
    [InlineData("Running", true, "building")]
    [InlineData("Cancelled", true, "cancelled")]
    [InlineData("Skipped", false, "skipped")]
    [InlineData("Succeeded", true, "succeeded")]
    public async Task A_build_that_runs_is_pending_until_its_first_module_does(string stored, bool started, string read)
    {
        await ExecuteAsync($"""
            UPDATE build.build SET state = '{stored}', failure_class = NULL, started_at = {(started ? "now()" : "NULL")},
                   finished_at = {(stored == "Running" ? "NULL" : "now()")}, next_wake = {(stored == "Running" ? "now()" : "NULL")} WHERE number = 3
            """);

        Assert.Equal(read, (await Service<BuildPageQueries>().FindAsync("shop", "billing", 3, Ct))!.State);
        Assert.Equal(read, (await Service<CommitListQueries>().NewestAsync(1, Ct))[0].Build!.State);
    }

    [Fact]
    public async Task A_build_tells_which_step_matters_most()
    {
        var failed = (await Service<BuildPageQueries>().FindAsync("shop", "billing", 3, Ct))!.Modules.Single(m => m.Name == "api");
        var good = (await Service<BuildPageQueries>().FindAsync("shop", "billing", 2, Ct))!.Modules.Single(m => m.Name == "api");

        Assert.Equal("test", failed.MainStep!.Name);
        Assert.Equal("package", good.MainStep!.Name);
        Assert.Equal(["common"], good.DependsOn);
        Assert.Null(await Service<BuildPageQueries>().FindAsync("shop", "billing", 99, Ct));
        Assert.Equal("provenance", Assert.Single(Assert.Single(await Service<BuildPageQueries>().ArtifactsAsync(Guid.Parse("01900000-0000-7000-8000-000000000402"), Ct)).Attestations).Kind);
    }

    [Fact]
    public async Task Builds_are_read_page_by_page()
    {
        Assert.Equal([3, 2], (await Service<BuildPageQueries>().OfRepositoryAsync(Repository, null, 2, Ct)).Select(b => b.Number));
        Assert.Equal([1], (await Service<BuildPageQueries>().OfRepositoryAsync(Repository, 2, 2, Ct)).Select(b => b.Number));
    }

    [Fact]
    public async Task Commits_of_a_branch_are_read_page_by_page_without_a_gap()
    {
        var first = await Service<CommitListQueries>().OfBranchAsync(Repository, "main", null, 2, Ct);
        var second = await Service<CommitListQueries>().OfBranchAsync(Repository, "main", Cursor.TryParse(first.Next), 2, Ct);

        Assert.Equal(["3", "2"], first.Lines.Select(l => l.Sha[..1]));
        Assert.Equal(["1"], second.Lines.Select(l => l.Sha[..1]));
        Assert.Null(second.Next);
        Assert.Empty((await Service<CommitListQueries>().OfBranchAsync(Repository, "nothing", null, 2, Ct)).Lines);
    }

    [Fact]
    public async Task A_commit_is_found_in_any_case_of_its_repository_and_near_ones_by_their_digits()
    {
        var commit = (await Service<CommitPageQueries>().FindAsync("SHOP", "billing", Good, Ct))!;

        Assert.Equal((2, 2), (commit.Build!.Number, commit.Release!.Number));
        Assert.Equal(["exact", "exact", "without"], commit.RunsNow.OrderBy(r => r.Stage == "production").Select(r => r.Relation));
        Assert.Equal(["main"], commit.Branches);
        Assert.Null(await Service<CommitPageQueries>().FindAsync("shop", "other", Good, Ct));
        Assert.Equal(Good, Assert.Single(await Service<CommitPageQueries>().NearAsync("shop", "billing", "2222", Ct)).Sha);
        Assert.Empty(await Service<CommitPageQueries>().NearAsync("shop", "billing", "222", Ct));
        Assert.Empty(await Service<CommitPageQueries>().NearAsync("shop", "billing", "22%2", Ct));
    }

    [Fact]
    public async Task An_older_commit_is_contained_in_what_runs()
    {
        var runs = (await Service<CommitPageQueries>().FindAsync("shop", "billing", new string('1', 40), Ct))!.RunsNow;

        Assert.Equal(["contained", "contained", "exact"], runs.OrderBy(r => r.Stage == "production").Select(r => r.Relation));
    }

    [Fact]
    public async Task How_far_a_commit_came_is_what_the_stages_say()
    {
        var own = (await Service<CommitPageQueries>().FindAsync("shop", "billing", Good, Ct))!.Stages;
        var slices = await Service<StageQueries>().WhereAsync(CommitSha.Parse(Good), Ct);

        foreach (var mark in own)
        {
            var other = slices.Single(s => s.Stage == mark.Stage);
            Assert.Equal(other.Promotion?.Value, mark.Promotion);
            Assert.Equal(other.State == "running", mark.IsCurrent);
        }
    }

    [Fact]
    public async Task A_release_and_its_artifact_lead_to_each_other()
    {
        var release = (await Service<ReleasePageQueries>().FindAsync("shop", "billing", 2, Ct))!;
        var artifact = Assert.Single(await Service<ReleasePageQueries>().ArtifactAsync("sha256:" + string.Concat(Enumerable.Repeat("a2",
            32)), Ct));

        Assert.Equal(release.Digest, (await Service<ReleasePageQueries>().FindAsync(release.Digest, Ct))!.Digest);
        Assert.Equal(release.Digest, Assert.Single(artifact.Releases).Digest);
        Assert.Equal(["infra-qa", "product-qa"], artifact.RunsIn.Select(r => r.Stage).Order());
        Assert.Equal(3, release.Promotions.Count);
        Assert.Null(await Service<ReleasePageQueries>().FindAsync("shop", "billing", 99, Ct));
        Assert.Empty(await Service<ReleasePageQueries>().ArtifactAsync("sha256:" + new string('0', 64), Ct));
    }

    [Fact]
    public async Task A_repository_lists_branches_deliveries_and_releases()
    {
        var queries = Service<RepositoryPageQueries>();

        Assert.Equal(["main", "feature/vat"], (await queries.BranchesAsync(Repository, 10, Ct)).Select(b => b.Name));
        Assert.Equal([2, 1], (await queries.ReleasesAsync(Repository, 10, Ct)).Select(r => r.Number));
        Assert.Equal(["production"], (await queries.ReleasesAsync(Repository, 10, Ct))[1].RunsIn);
        Assert.Equal(4, (await queries.DeliveriesAsync(null, null, 10, Ct)).Count);
        Assert.Equal(3, (await queries.DeliveriesAsync(Repository, null, 10, Ct)).Count);
        Assert.Equal("shop/billing", (await queries.NamesAsync([Repository, Guid.NewGuid(), Repository], Ct))[Repository]);
        Assert.Empty(await queries.NamesAsync([], Ct));
        Assert.Equal([1, 2, 3], (await queries.FindAsync("shop", "BILLING", Ct))!.Builds.Select(b => b.Number));
        Assert.Null(await queries.FindAsync("shop", "nothing", Ct));
    }

    [Fact]
    public async Task A_stage_lists_what_waits_first_and_leaves_out_what_was_superseded()
    {
        await ExecuteAsync("""
            INSERT INTO stages.promotion (id, repository_id, stage, cluster, release, release_number, commit_sha, build_id, automatic,
              created_by, phase,
                   blockers, plan_digest, created_at, finished_at, superseded_by)
            SELECT gen_random_uuid(), repository_id, stage, cluster, release, release_number, commit_sha, build_id, false, 'person:maria',
              'Superseded',
                   '[]', plan_digest, now(), now(), release FROM stages.promotion WHERE stage = 'production' AND release_number = 1;
            """);

        Assert.Equal(["Waiting", "Succeeded"], (await Service<PromotionPageQueries>().OfStageAsync("production", 10, Ct)).Select(p =>
            p.Phase));
        Assert.Equal(7, (await Service<PromotionPageQueries>().OfRepositoryAsync(Repository, Ct)).Count);
    }
}
