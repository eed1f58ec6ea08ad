using System.Collections.Concurrent;
using System.Transactions;
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
using Pipeline.DeployStages.Contract.Commands;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Policy;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers;
using Pipeline.Scheduler;
using Pipeline.Server;
using Pipeline.TestKit;

namespace Pipeline.DeployStages.Tests.Kit;

/// <summary>The slice as the server composes it, on a real database. The cluster is scripted: a test says how a deploy ended.</summary>
internal sealed class Stages : IAsyncDisposable
{
    public const string Automatic = """
        stages:
          - { name: infra-qa, cluster: infra-qa, bake: 1s }
          - { name: product-qa, cluster: product-qa, after: infra-qa, bake: 1s }
          - { name: production, cluster: production, after: product-qa, bake: 1s }
        """;

    /// <summary>One stage without gates.</summary>
    public const string Single = "stages: [{ name: qa, cluster: qa, bake: 1s }]";

    public static readonly RepositoryId Repository = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));

    private readonly WebApplication app;
    private readonly ConcurrentQueue<Job> jobs;
    private int builds;

    private Stages(WebApplication app, ConcurrentQueue<Job> jobs, FakeTimeProvider time, string folder) =>
        (this.app, this.jobs, Time, Folder) = (app, jobs, time, folder);

    public FakeTimeProvider Time { get; }

    public string Folder { get; }

    public PromotionCommands Commands => Get<PromotionCommands>();

    public PromotionQueries Promotions => Get<PromotionQueries>();

    public NpgsqlDataSource Db => Get<NpgsqlDataSource>();

    /// <summary>The branch that the next commits are pushed to.</summary>
    public string Branch { get; set; } = "main";

    /// <summary>How often each job runs: twice must change nothing.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>Jobs that were enqueued and did not run yet.</summary>
    public int JobsWaiting => jobs.Count(IsOfSlice);

    public static async Task<Stages> StartAsync(string policy = Automatic, int runs = 1)
    {
        var database = await TestPostgres.CreateDatabaseAsync(
            typeof(GitWebhooksModule).Assembly, typeof(ArtifactStoreModule).Assembly, typeof(SchedulerModule).Assembly,
            typeof(LoadBalancersModule).Assembly, typeof(DeployStagesModule).Assembly);
        var folder = Directory.CreateTempSubdirectory("stages-test-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "stages.yaml"), policy);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var jobs = new ConcurrentQueue<Job>();
        return new Stages(Compose(database, folder, time, jobs), jobs, time, folder) { Runs = runs };
    }

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>The slice's endpoints on a real socket. The headers of <see cref="HeaderSignIn"/> say who calls.</summary>
    public async Task<HttpClient> ListenAsync()
    {
        app.MapDeployStages();
        app.MapLoadBalancers();
        await app.StartAsync();
        return new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    /// <summary>A build succeeded: a release with one service per name, or <c>name:/route</c>.</summary>
    public Task<Release> ReleaseAsync(params string[] deployables) => ReleaseAsync(null, deployables);

    /// <param name="commit">A commit of a real mirror; null makes a name up.</param>
    public Task<Release> ReleaseAsync(CommitSha? commit, params string[] deployables) =>
        ReleaseOfAsync(Repository, "web", commit, deployables);

    /// <summary>A release of any repository.</summary>
    public async Task<Release> ReleaseOfAsync(RepositoryId repository, string name, CommitSha? commit, params string[] deployables)
    {
        var n = ++builds;
        var sha = commit ?? CommitSha.Parse($"{n:x}".PadLeft(40, 'a'));
        await ExecuteAsync(
            ReleaseRows.PushedCommit,
            new
            {
                repository = repository.Value, forge = repository == Repository ? 1 : n, name, id = Guid.CreateVersion7(),
                sha = sha.ToString(), branch = Branch,
            });
        var release = await Get<ReleaseCommands>().CreateAsync(
            Caller.System("test"), ReleaseRows.Build(repository, sha, n, Time.GetUtcNow(), deployables.Length == 0 ? ["web"] : deployables),
            default);
        await RunJobsAsync();
        return release;
    }

    /// <summary>Runs what the flow enqueued for this slice, and what that enqueues. The other slices' jobs are theirs to test.</summary>
    public async Task RunJobsAsync()
    {
        while (jobs.TryDequeue(out var job))
        {
            for (var run = 0; run < Runs && IsOfSlice(job); run++)
                await (Task)job.Method.Invoke(app.Services.GetRequiredService(job.Type), [.. job.Args])!;
        }
    }

    /// <summary>The jobs are lost, as after a crash of the job server's storage.</summary>
    public void LoseJobs() => jobs.Clear();

    /// <summary>Time passes in seconds, the sweep runs in each.</summary>
    public async Task PassAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await SweepAsync();
            await RunJobsAsync();
        }
    }

    /// <summary>One round of the sweep.</summary>
    public Task<int> SweepAsync() => Get<PromotionSweep>().SweepOnceAsync(default);

    /// <summary>The scheduler reports that every submitted deploy in the stage became healthy.</summary>
    /// <param name="only">Name of the one deployable; null: of every one.</param>
    public Task HealthyAsync(string stage, string? only = null) => EndDeploysAsync(stage, "Active", null, null, only);

    public Task FailAsync(
        string stage, string reason = "The probe of /healthz answered 503.", FailureClass @class = FailureClass.Health,
        string? only = null) =>
        EndDeploysAsync(stage, "Failed", @class, reason, only);

    /// <summary>The newest promotion of the release into the stage.</summary>
    public async Task<PromotionView> PromotionAsync(Release release, string stage) =>
        (await Promotions.OfReleaseAsync(release.Digest, default)).Last(p => p.Stage == stage);

    public async Task<PromotionPhase?> PhaseAsync(Release release, string stage) =>
        (await Promotions.OfReleaseAsync(release.Digest, default)).LastOrDefault(p => p.Stage == stage)?.Phase;

    /// <summary>Healthy deploys and a bake of a second.</summary>
    public async Task GoThroughAsync(string stage)
    {
        await HealthyAsync(stage);
        await PassAsync(2);
    }

    /// <summary>A person promotes the release, and the jobs of that run.</summary>
    public async Task PromoteAsync(Release release, string stage)
    {
        Assert.IsType<PromotionOutcome.Done>(
            await Commands.PromoteAsync(Callers.Person("maria"), release.Digest, stage, null, default));
        await RunJobsAsync();
    }

    public Task<Slot?> SlotAsync(string stage) => Get<SlotStore>().FindAsync(stage, Repository, default);

    /// <summary>How many commands the scheduler was sent.</summary>
    public Task<int> IntakeAsync() => ScalarAsync<int>("SELECT count(*)::int FROM scheduler.intake");

    public async Task<IReadOnlyList<string>> JournalAsync() =>
        [.. (await Get<JournalReader>().AfterAsync(0, 1000, default)).Select(e => e.Kind)];

    public Task WritePolicyAsync(string text) => File.WriteAllTextAsync(Path.Combine(Folder, "stages.yaml"), text);

    public async Task<T?> ScalarAsync<T>(string sql, object? arguments = null)
    {
        await using var connection = await Db.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, arguments);
    }

    public async Task ExecuteAsync(string sql, object? arguments = null)
    {
        await using var connection = await Db.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>What the leader of the cluster would write, and the job that the flow starts for its event.</summary>
    private async Task EndDeploysAsync(string stage, string state, FailureClass? failure, string? reason, string? only)
    {
        var cluster = Get<PolicyInForce>().Current.Find(stage)!.Cluster;
        foreach (var id in await SchedulerRows.EndDeploysAsync(Db, cluster, state, failure, reason, only))
            jobs.Enqueue(Job.FromExpression<DeployEndedJob>(j => j.ExecuteAsync(cluster, id, CancellationToken.None)));
        await RunJobsAsync();
    }

    private static bool IsOfSlice(Job job) => job.Type.Assembly == typeof(DeployStagesModule).Assembly;

    private static WebApplication Compose(string database, string folder, TimeProvider time, ConcurrentQueue<Job> jobs)
    {
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
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton(time);
        services.AddKernel(database);
        services.AddSingleton<IBackgroundJobClient>(new Recorder(jobs));
        services.AddSingleton<StatusFlow>().AddSingleton<Flow>();
        services.AddSingleton<EventFlow>(p => p.GetRequiredService<Flow>().On);
        services.AddGitWebhooks(configuration).AddArtifactStore(configuration).AddScheduler(configuration)
            .AddLoadBalancers(configuration).AddDeployStages(configuration);
        services.RemoveAll<IHostedService>();
        HeaderSignIn.AddTo(services);
        return builder.Build();
    }

    private sealed class Recorder(ConcurrentQueue<Job> jobs) : IBackgroundJobClient
    {
        public string Create(Job job, IState state)
        {
            // As in the storage of the real one: a job exists when its transaction has committed.
            if (Transaction.Current is { } transaction)
            {
                transaction.TransactionCompleted += (_, e) =>
                {
                    if (e.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                        jobs.Enqueue(job);
                };
            }
            else
                jobs.Enqueue(job);
            return "1";
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => true;
    }
}
