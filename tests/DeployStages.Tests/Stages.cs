using System.Collections.Concurrent;
using System.Security.Claims;
using Dapper;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.ArtifactStore;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Policy;
using Pipeline.GitWebhooks;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler;
using Pipeline.Server;
using Pipeline.TestKit;

namespace Pipeline.DeployStages.Tests;

/// <summary>The slice as the server composes it, on a real database. The cluster's side is scripted: a test says how a deploy ended.</summary>
internal sealed class Stages : IAsyncDisposable
{
    public const string Automatic = """
        stages:
          - { name: infra-qa, cluster: infra-qa, bake: 1s }
          - { name: product-qa, cluster: product-qa, after: infra-qa, bake: 1s }
          - { name: production, cluster: production, after: product-qa, bake: 1s }
        """;

    public static readonly RepositoryId Repository = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));

    private readonly WebApplication app;
    private readonly ConcurrentQueue<Job> jobs;
    private int builds;

    private Stages(WebApplication app, ConcurrentQueue<Job> jobs, FakeTimeProvider time, string folder) =>
        (this.app, this.jobs, Time, Folder) = (app, jobs, time, folder);

    public FakeTimeProvider Time { get; }
    public string Folder { get; }

    /// <summary>The branch that the next commits come by.</summary>
    public string Branch { get; set; } = "main";

    /// <summary>How often each job runs: twice must change nothing.</summary>
    public int Runs { get; init; } = 1;

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>The slice's endpoints on a real socket. Who calls is said by the header that <see cref="SaidByHeader"/> reads.</summary>
    public async Task<HttpClient> ListenAsync()
    {
        app.MapStages();
        await app.StartAsync();
        return new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public static async Task<Stages> StartAsync(string policy = Automatic, int runs = 1)
    {
        var database = await TestPostgres.CreateDatabaseAsync(
            typeof(GitWebhooksModule).Assembly, typeof(ArtifactStoreModule).Assembly, typeof(SchedulerModule).Assembly, typeof(StagesModule).Assembly);
        var folder = Directory.CreateTempSubdirectory("stages-test-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "stages.yaml"), policy);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = folder,
            ["PublicUrl"] = "http://localhost",
            ["Scheduler:ServerKeyPath"] = Path.Combine(folder, "server.key"),
            ["DeployStages:Policy"] = Path.Combine(folder, "stages.yaml"),
        });
        var (jobs, services, configuration) = (new ConcurrentQueue<Job>(), builder.Services, builder.Configuration);
        services.AddSingleton<TimeProvider>(time);
        services.AddKernel(database);
        services.AddSingleton<IBackgroundJobClient>(new Recorder(jobs));
        services.AddSingleton<StatusFlow>().AddSingleton<Flow>();
        services.AddSingleton<EventFlow>(p => p.GetRequiredService<Flow>().On);
        services.AddGitWebhooks(configuration).AddArtifactStore(configuration).AddScheduler(configuration).AddStages(configuration);
        services.RemoveAll<IHostedService>();
        SaidByHeader.AddTo(services);
        return new Stages(builder.Build(), jobs, time, folder) { Runs = runs };
    }

    /// <summary>A build ended well: a release with one service per name.</summary>
    public Task<Release> ReleaseAsync(params string[] deployables) => ReleaseAsync(null, deployables);

    /// <param name="commit">A commit of a real mirror; null makes a name up.</param>
    public async Task<Release> ReleaseAsync(CommitSha? commit, params string[] deployables)
    {
        var n = ++builds;
        var artifact = new ReleaseArtifact("app", "app", Digest.Of([(byte)n, 1]), 2, "application/gzip");
        var sha = commit ?? CommitSha.Parse($"{n:x}".PadLeft(40, 'a'));
        await ExecuteAsync(
            """
            INSERT INTO git.repository (id, forge, base_url, forge_id, owner, name, clone_url, default_branch, pinned, added_at, added_by)
            VALUES (@repository, 'github', 'https://github.com', 1, 'shop', 'web', 'https://github.com/shop/web.git', 'main', false, now(), 'test')
            ON CONFLICT DO NOTHING;
            INSERT INTO git.commit (id, repository_id, sha, subject, message, author_name, author_email, authored_at, committed_at, parents, pusher, seen_at)
            VALUES (@id, @repository, @sha, 'Change', 'Change', 'Maria', 'maria@example.org', now(), now(), '{}', 'eleni', now());
            INSERT INTO git.commit_branch (repository_id, branch, sha, committed_at, commit_id) VALUES (@repository, @branch, @sha, now(), @id);
            """,
            new { repository = Repository.Value, id = Guid.CreateVersion7(), sha = sha.ToString(), branch = Branch });
        var release = await Get<ReleaseCommands>().CreateAsync(
            Caller.System("test"), new NewRelease(
                Repository, "https://github.com/shop/web", sha, BuildId.New(Time.GetUtcNow()), [artifact],
                [.. (deployables.Length == 0 ? ["web"] : deployables).Select(name => new ReleaseDeployable(
                    name, "service", "app", artifact.Digest, 2, artifact.MediaType, "./serve", 1, 0.1m, 32, 10, 1,
                    new DeployableHealth("/healthz", 60, 1, 1, 1, 0), new Dictionary<string, string> { ["BUILD"] = $"{n}" }, "/" + name,
                    new Dictionary<string, StageOverride> { ["production"] = new(2, new Dictionary<string, string>(), null, null) }))],
                null, null),
            default);
        await RunJobsAsync();
        return release;
    }

    /// <summary>Runs what the flow enqueued for this slice, and what that enqueues. The other slices' jobs are theirs to test.</summary>
    public async Task RunJobsAsync()
    {
        while (jobs.TryDequeue(out var job))
        {
            if (job.Type.Assembly != typeof(StagesModule).Assembly)
                continue;
            for (var run = 0; run < Runs; run++)
                await (Task)job.Method.Invoke(app.Services.GetRequiredService(job.Type), [.. job.Args])!;
        }
    }

    /// <summary>Time passes in seconds, the sweep runs in each.</summary>
    public async Task PassAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Get<Sweep>().SweepOnceAsync(default);
            await RunJobsAsync();
        }
    }

    /// <summary>The scheduler says that every submitted deploy in the stage became healthy.</summary>
    public Task HealthyAsync(string stage) => EndDeploysAsync(stage, "Active", null, null);

    public Task FailAsync(string stage, string reason = "The probe of /healthz answered 503.", FailureClass @class = FailureClass.Health) =>
        EndDeploysAsync(stage, "Failed", @class, reason);

    public async Task<PromotionView> PromotionAsync(Release release, string stage) =>
        (await Get<PromotionQueries>().OfReleaseAsync(release.Digest, default)).Last(p => p.Stage == stage);

    public async Task<PromotionPhase?> PhaseAsync(Release release, string stage) =>
        (await Get<PromotionQueries>().OfReleaseAsync(release.Digest, default)).LastOrDefault(p => p.Stage == stage)?.Phase;

    /// <summary>Healthy deploys and a bake of a second.</summary>
    public async Task GoThroughAsync(string stage)
    {
        await HealthyAsync(stage);
        await PassAsync(2);
    }

    public Task<Slot?> SlotAsync(string stage) => Get<StageStores>().Slots.FindAsync(stage, Repository, default);

    public Task<int> IntakeAsync() => ScalarAsync<int>("SELECT count(*)::int FROM scheduler.intake");

    public async Task<IReadOnlyList<string>> JournalAsync() =>
        [.. (await Get<JournalReader>().AfterAsync(0, 1000, default)).Select(e => e.Kind)];

    public static ClaimsPrincipal Person(string name, string[]? groups = null, string[]? emails = null, string kind = "person") => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, name), new Claim(CallerClaims.Kind, kind), .. (groups ?? ["release-managers"]).Select(g => new Claim(CallerClaims.Group, g)),
         .. (emails ?? []).Select(e => new Claim(CallerClaims.Email, e)),
         .. Permission.All.Select(p => new Claim(CallerClaims.Permission, p))], "test"));

    public async Task<T?> ScalarAsync<T>(string sql, object? arguments = null)
    {
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, arguments);
    }

    public async Task ExecuteAsync(string sql, object? arguments = null)
    {
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
        await connection.ExecuteAsync(sql, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    // What the leader of the cluster would write; then its event, as the flow hears it.
    private async Task EndDeploysAsync(string stage, string state, FailureClass? failure, string? reason)
    {
        var cluster = Get<PolicyInForce>().Current.Find(stage)!.Cluster;
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
        var deploys = (await connection.QueryAsync<(string Id, string Request, int Instances)>(
            "SELECT deploy_id, request_id, instances FROM stages.deploy WHERE cluster = @cluster AND state = 'Submitted'", new { cluster })).ToList();
        Assert.NotEmpty(deploys);
        foreach (var d in deploys)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO scheduler.request (cluster, id, kind, state, created_at) VALUES (@cluster, @Request, 'Service', 'Active', now()) ON CONFLICT DO NOTHING;
                INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures, failure_class, reason)
                VALUES (@cluster, @Id, @Request, @state, jsonb_build_object('kind', 'service', 'instances', @Instances), now(), 0, 0, @failure, @reason)
                ON CONFLICT (cluster, id) DO UPDATE SET state = excluded.state, failure_class = excluded.failure_class, reason = excluded.reason;
                """,
                new { cluster, d.Request, d.Id, d.Instances, state, failure = failure?.ToString(), reason });
            for (var i = 0; i < d.Instances && state == "Active"; i++)
                await connection.ExecuteAsync(
                    """
                    INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb, disk_mb,
                                                created_at, healthy_at, subject)
                    VALUES (@id, @cluster, @Request, @Id, @i, 1, 'Running', '{}', '{31000}', 0.1, 32, 10, now(), now(), '{}')
                    """.Replace("@id", "@task"),
                    new { task = $"{d.Id}.{i}.1", cluster, d.Request, d.Id, i });
        }

        foreach (var d in deploys)
            jobs.Enqueue(Job.FromExpression<DeployEndedJob>(j => j.ExecuteAsync(cluster, d.Id, CancellationToken.None)));
        await RunJobsAsync();
    }

    private sealed class Recorder(ConcurrentQueue<Job> jobs) : IBackgroundJobClient
    {
        public string Create(Job job, IState state)
        {
            jobs.Enqueue(job);
            return "1";
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => true;
    }
}
