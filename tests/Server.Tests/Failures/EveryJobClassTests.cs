using System.Reflection;
using Pipeline.BuildRunner.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs.Failures;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Failures;

/// <summary>
/// A failure is planted in every job class that there is, by taking away a column that the job reads. Each is found in the list and by
/// the object on whose page it has to stand. A new job class has no failure here and fails the first test.
/// </summary>
[Collection(JobServerCollection.Name)]
public sealed class EveryJobClassTests
{
    private static readonly Guid Repository = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly Guid Delivery = Guid.Parse("01900000-0000-7000-8000-000000000002");
    private static readonly Guid Status = Guid.Parse("01900000-0000-7000-8000-000000000003");
    private static readonly Guid Build = Guid.Parse("01900000-0000-7000-8000-000000000004");
    private static readonly Guid Module = Guid.Parse("01900000-0000-7000-8000-000000000005");
    private static readonly Guid Promotion = Guid.Parse("01900000-0000-7000-8000-000000000006");
    private static readonly string Sha = new('a', 40);
    private static readonly string Release = "sha256:" + new string('b', 64);
    private static readonly string Run = RunIds.Of(new ModuleBuildId(Module));

    private static readonly FailureSubject OfCommit = new() { Repository = new RepositoryId(Repository), Commit = CommitSha.Parse(Sha) };
    private static readonly FailureSubject OfBuild = new() { Build = new BuildId(Build) };
    private static readonly FailureSubject OfRelease = new() { Kind = "release", Id = Release };
    private static readonly FailureSubject OfPromotion = new() { Kind = "promotion", Id = Promotion.ToString() };

    private static readonly Dictionary<string, Planted> All = new()
    {
        ["ProcessDeliveryJob"] = new([Delivery], "delivery", new FailureSubject { Kind = "delivery", Id = Delivery.ToString() }),
        ["SendStatusJob"] = new([Status], "status", OfCommit),
        ["ReportStatusJob"] = new([Repository, Sha, "pipeline"], "commit", OfCommit),
        ["PlanBuildJob"] = new([Repository, Sha, "main"], "commit", OfCommit),
        ["OfferCommitJob"] = new([Repository, Sha], "commit", OfCommit),
        ["AdvanceBuildJob"] = new([Build], "build", OfBuild, OfCommit),
        ["BuildTaskEndedJob"] = new([Run, "task-1", true, "Succeeded", null, null], "run", OfBuild, OfCommit),
        ["CreateReleaseJob"] = new([Build], "build", OfBuild, OfCommit),
        ["OfferReleaseJob"] = new([Release], "release", OfRelease, OfBuild, OfCommit),
        ["AdvanceReleaseJob"] = new([Release], "release", OfRelease, OfBuild, OfCommit),
        ["HoldReleaseJob"] = new([Release, "digest-mismatch", "changed"], "release", OfRelease, OfBuild, OfCommit),
        ["StopHeldReleaseJob"] = new([Release], "release", OfRelease, OfBuild, OfCommit),
        ["AdvancePromotionJob"] = new([Promotion], "promotion", OfPromotion, OfBuild, OfCommit),
        ["AdvanceStageJob"] = new(["infra-qa"], "stage", new FailureSubject { Kind = "stage", Id = "infra-qa" }),
        ["DeployEndedJob"] = new(["infra-qa", "deploy-1"], "deploy", OfBuild, OfCommit),
    };

    private static IEnumerable<Type> JobClasses => PipelineHost.Slices.Append(typeof(PipelineHost).Assembly).SelectMany(a => a.GetTypes())
        .Where(t => t.IsClass && !t.IsAbstract && t.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Any(m => m.Name == "ExecuteAsync") && t.Name.EndsWith("Job", StringComparison.Ordinal));

    [Fact]
    public void Every_job_class_has_a_planted_failure_and_nothing_else_has() =>
        Assert.Equal(JobClasses.Select(t => t.Name).Order(StringComparer.Ordinal), All.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_failure_of_every_job_class_is_listed_with_its_object_and_found_on_its_page()
    {
        await using var server = await JobServer.StartAsync();
        using var http = await server.SignedInAsync(Permission.View);
        await server.ExecuteAsync(Rows, new { Repository, Delivery, Status, Build, Module, Promotion, Sha, Release, Run });
        await server.ExecuteAsync(Broken);

        foreach (var type in JobClasses)
            server.Enqueue(type, All[type.Name].Arguments);

        var listed = await Eventually.BecomesAsync(
            () => JobServer.ListedAsync(http), l => l.Count == All.Count, JobServer.Patience, "a failure of every job class is listed");
        foreach (var (name, planted) in All)
        {
            var failure = listed.Single(f => f.GetProperty("job").GetString() == name);
            Assert.Equal(planted.Kind, failure.GetProperty("object").GetProperty("kind").GetString());
            Assert.True(failure.GetProperty("errorType").GetString() == "Npgsql.PostgresException", failure.ToString());
            Assert.Contains("does not exist", failure.GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.True(failure.GetProperty("tries").GetInt32() >= 1);
            Assert.True(failure.GetProperty("nextTryAt").GetDateTimeOffset() > failure.GetProperty("firstFailedAt").GetDateTimeOffset());
            foreach (var page in planted.Pages)
                Assert.Contains(name, (await server.FailuresAsync(page)).Select(f => f.Job));
        }
    }

    private const string Rows = """
        INSERT INTO git.repository (id, forge, base_url, forge_id, owner, name, clone_url, default_branch, pinned, added_at, added_by)
        VALUES (@Repository, 'github', 'https://github.com', 7, 'shop', 'billing', 'https://127.0.0.1:1/x', 'main', true, now(),
                'test');
        INSERT INTO git.delivery (id, forge, external_id, event, received_at, headers, body, state, next_wake)
        VALUES (@Delivery, 'github', 'd-1', 'push', now(), '{}', '\x7b7d', 'received', now());
        INSERT INTO git.status (id, repository_id, sha, context, state, description, target_url, version, result, attempts, next_wake,
                                reported_at)
        VALUES (@Status, @Repository, @Sha, 'pipeline', 'pending', '', '', 1, 'waiting', 0, now(), now());
        INSERT INTO build.build (id, repository_id, number, sha, trigger, requested_by, state, created_at, next_wake)
        VALUES (@Build, @Repository, 1, @Sha, 'Push', 'test', 'Running', now(), now());
        INSERT INTO build.module_build (id, build_id, name, position, depends_on, state, run_id)
        VALUES (@Module, @Build, 'api', 0, '{}', 'Queued', @Run);
        INSERT INTO artifact.release (digest, repository_id, commit_sha, build_id, number, created_at, document)
        VALUES (@Release, @Repository, @Sha, @Build, 1, now(), '{}');
        INSERT INTO stages.promotion (id, repository_id, stage, cluster, release, release_number, commit_sha, build_id, automatic,
                                      created_by, phase, created_at)
        VALUES (@Promotion, @Repository, 'infra-qa', 'infra-qa', @Release, 1, @Sha, @Build, true, 'test', 'Waiting', now());
        INSERT INTO stages.deploy (promotion_id, cluster, deploy_id, request_id, deployable, kind, release, generation, rollback,
                                   instances, state, submitted_at)
        VALUES (@Promotion, 'infra-qa', 'deploy-1', 'api', 'api', 'service', @Release, 1, false, 1, 'Submitted', now());
        """;

    private const string Broken = """
        ALTER TABLE git.repository RENAME clone_url TO gone;
        ALTER TABLE git.delivery RENAME body TO gone;
        ALTER TABLE git.status RENAME attempts TO gone;
        ALTER TABLE journal.event RENAME payload TO gone;
        ALTER TABLE build.build RENAME state TO gone;
        ALTER TABLE build.module_build RENAME state TO gone;
        ALTER TABLE artifact.release RENAME document TO gone;
        ALTER TABLE artifact.release RENAME held_reason TO gone_too;
        ALTER TABLE stages.promotion RENAME phase TO gone;
        """;

    /// <param name="Arguments">Of the call.</param>
    /// <param name="Kind">What the job is about.</param>
    /// <param name="Pages">The objects on whose pages the failure stands.</param>
    private sealed record Planted(object?[] Arguments, string Kind, params FailureSubject[] Pages);
}
