using Microsoft.Extensions.DependencyInjection;
using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Jobs;

namespace Pipeline.Server.Tests.Failures;

/// <summary>Rows are the truth, jobs are hints: with every Hangfire job gone, the sweeps start what each waiting row waits for.</summary>
[Collection(JobServerCollection.Name)]
public sealed class WaitingRowTests
{
    private static readonly Guid Id = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly RepositoryId Repository = new(Id);
    private static readonly BuildId Build = new(Id);
    private static readonly CommitSha Sha = CommitSha.Parse(new string('a', 40));
    private static readonly Digest Release = Digest.Of([1]);

    /// <summary>What happened, and the job that then waits in no slice's row.</summary>
    public static TheoryData<string, string> Waiting => new()
    {
        { "a commit was pushed", "PlanBuildJob" },
        { "a commit was pushed", "OfferCommitJob" },
        { "a build succeeded", "CreateReleaseJob" },
        { "a build succeeded", "ReportStatusJob" },
        { "a release was created", "OfferReleaseJob" },
        { "a signature did not match", "HoldReleaseJob" },
        { "a delivery was received", "ProcessDeliveryJob" },
        { "a status waits", "SendStatusJob" },
        { "a build runs", "AdvanceBuildJob" },
        { "a promotion waits", "AdvancePromotionJob" },
    };

    [Theory]
    [MemberData(nameof(Waiting))]
    public async Task A_waiting_row_whose_job_was_deleted_is_started_anew(string what, string job)
    {
        await using var server = await JobServer.StartAsync(works: false);
        await HappenAsync(server, what);
        await server.ExecuteAsync("DELETE FROM hangfire.jobqueue; DELETE FROM hangfire.state; DELETE FROM hangfire.job");
        await server.ExecuteAsync(EverythingIsDue);

        foreach (var sweep in Sweeps(server))
            await sweep.SweepOnceAsync(TestContext.Current.CancellationToken);

        var count = await server.ScalarAsync<int>($"SELECT count(*) FROM hangfire.job WHERE invocationdata::text LIKE '%.{job},%'");
        Assert.Equal(1, count);
        Assert.Equal(count, await server.ScalarAsync<int>(
            "SELECT count(*) FROM hangfire.jobqueue q JOIN hangfire.job j ON j.id = q.jobid"
            + $" WHERE j.invocationdata::text LIKE '%.{job},%'"));
    }

    private static Task HappenAsync(JobServer server, string what) => what switch
    {
        "a commit was pushed" => AppendAsync(server, new CommitPushed(Repository, "main", Sha, null, false, "eleni", "d1")),
        "a build succeeded" => AppendAsync(server, new BuildFinished(Repository, Sha, Build, 1, Outcome.Succeeded, null, null)),
        "a release was created" => AppendAsync(server, new ReleaseCreated(Repository, Sha, Build, Release, 1)),
        "a signature did not match" =>
            AppendAsync(server, new SecurityEventRaised(null, Release, null, null, "digest-mismatch", "changed")),
        "a delivery was received" => server.ExecuteAsync("""
            INSERT INTO git.delivery (id, forge, external_id, event, received_at, headers, body, state, next_wake)
            VALUES (@Id, 'github', 'd-1', 'push', now(), '{}', '\x7b7d', 'received', now())
            """, new { Id }),
        "a status waits" => server.ExecuteAsync("""
            INSERT INTO git.repository
              (id, forge, base_url, forge_id, owner, name, clone_url, default_branch, pinned, added_at, added_by)
            VALUES (@Id, 'github', 'https://github.com', 7, 'shop', 'billing', 'https://127.0.0.1:1/x', 'main', true, now(),
                    'test');
            INSERT INTO git.status (id, repository_id, sha, context, state, description, target_url, version, result, attempts, next_wake,
                                    reported_at)
            VALUES (@Id, @Id, @Sha, 'pipeline', 'pending', '', '', 1, 'waiting', 0, now(), now())
            """, new { Id, Sha = Sha.ToString() }),
        "a build runs" => server.ExecuteAsync("""
            INSERT INTO build.build (id, repository_id, number, sha, trigger, requested_by, state, created_at, next_wake)
            VALUES (@Id, @Id, 1, @Sha, 'Push', 'test', 'Running', now(), now())
            """, new { Id, Sha = Sha.ToString() }),
        _ => server.ExecuteAsync("""
            INSERT INTO stages.promotion (id, repository_id, stage, cluster, release, release_number, commit_sha, build_id, automatic,
                                          created_by, phase, created_at, next_wake)
            VALUES (@Id, @Id, 'infra-qa', 'infra-qa', @Release, 1, @Sha, @Id, true, 'test', 'Waiting', now(), now())
            """, new { Id, Sha = Sha.ToString(), Release = Release.ToString() }),
    };

    private static Task AppendAsync(JobServer server, JournalEvent happened) => server.Get<Journal>().AppendAsync(
        happened, Actor.System("test"), new JournalSubject { Repository = Repository, Commit = Sha }, CancellationToken.None);

    // Only the sweeps that start jobs: what else they do needs a cluster.
    private static IEnumerable<Sweeper> Sweeps(JobServer server) => PipelineHost.Slices.Append(typeof(PipelineHost).Assembly)
        .SelectMany(a => a.GetTypes()).Where(t => t.IsSubclassOf(typeof(Sweeper)) && t.Name != "StatementSweep")
        .Select(t => (Sweeper)ActivatorUtilities.CreateInstance(server.Get<IServiceProvider>(), t));

    private const string EverythingIsDue = """
        UPDATE git.delivery SET next_wake = now() - interval '1 second';
        UPDATE git.status SET next_wake = now() - interval '1 second';
        UPDATE build.build SET next_wake = now() - interval '1 second';
        UPDATE stages.promotion SET next_wake = now() - interval '1 second';
        UPDATE journal.open_job SET next_wake = now() - interval '1 second';
        """;
}
