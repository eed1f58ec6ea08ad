using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dapper;
using Hangfire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.ArtifactStore;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Queries;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Jobs;
using Pipeline.GitWebhooks;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler;
using Pipeline.Scheduler.Contract;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests;

/// <summary>The slice with its real neighbours on Kestrel and PostgreSQL. No cluster: the test plays the tasks, and reads the scheduler's intake.</summary>
internal sealed class BuildHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string data;

    private BuildHost(WebApplication app, string data, RecordedJobs jobs, GitRepo repo)
    {
        (this.app, this.data, Jobs, Repo) = (app, data, jobs, repo);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    /// <summary>A request with this header is signed in with no permissions but those; with <see cref="Nobody"/> not at all.</summary>
    public const string OnlyHeader = "X-Test-Permissions";

    /// <summary>Who did not sign in.</summary>
    public const string Nobody = "nobody";

    public HttpClient Http { get; }
    public RecordedJobs Jobs { get; }
    public GitRepo Repo { get; }
    public Repository Repository { get; private set; } = null!;

    public IServiceProvider Services => app.Services;

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    /// <summary>The folder of logs and bundles.</summary>
    public string Data => data;

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <param name="settings">Beside those that every host needs.</param>
    public static async Task<BuildHost> StartAsync(IReadOnlyDictionary<string, string?>? settings = null)
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync(
            typeof(GitWebhooksModule).Assembly, typeof(ArtifactStoreModule).Assembly, typeof(SchedulerModule).Assembly, typeof(BuildRunnerModule).Assembly);
        var data = Directory.CreateTempSubdirectory("pipeline-data-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = data,
            ["PublicUrl"] = "https://pipeline.example.org",
            ["Scheduler:ServerKeyPath"] = Path.Combine(data, "server.key"),
        });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        var jobs = new RecordedJobs();
        var services = builder.Services;
        services.AddKernel(connectionString);
        services.AddSingleton<EventFlow>(_ => { });
        services.AddSingleton<IBackgroundJobClient>(jobs);
        services.AddScheduler(builder.Configuration);
        services.AddArtifactStore(builder.Configuration).AddGitWebhooks(builder.Configuration).AddBuildRunner(builder.Configuration);
        services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, Everybody>("test", null);
        services.AddAuthorization(o =>
        {
            foreach (var permission in Permission.All)
                o.AddPolicy(permission, p => p.RequireClaim(CallerClaims.Permission, permission));
        });
        services.AddProblemDetails();
        // Last: the sweepers of all slices would race with the test, which decides when something runs.
        services.RemoveAll<IHostedService>();
        var app = builder.Build();
        app.MapBuildRunner();
        await app.StartAsync();
        var host = new BuildHost(app, data, jobs, await GitRepo.CreateAsync());
        var added = await host.Get<RepositoryCommands>().AddAsync(
            Caller.System("test"), new AddRepository(7, "acme", "shop", host.Repo.Url), CancellationToken.None);
        host.Repository = ((AddRepositoryOutcome.Added)added).Repository;
        return host;
    }

    /// <summary>Commits the definition, pushes, plans and advances: what the flow does.</summary>
    public async Task<BuildDetail> PushAsync(string definition, string message = "Change")
    {
        var sha = await Repo.CommitAsync(message, ".pipeline.yaml", definition);
        await Repo.PushAsync("main");
        var id = await PlanAsync(sha);
        await Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
        return await DetailAsync(id);
    }

    /// <summary>Plans the build of a pushed commit; gives its id.</summary>
    public async Task<Guid> PlanAsync(CommitSha sha)
    {
        await Get<PlanBuildJob>().ExecuteAsync(Repository.Id.Value, sha.ToString(), "main", CancellationToken.None);
        return (await Get<BuildQueries>().ListAsync(Repository.Id, sha, null, null, 100, CancellationToken.None)).Items
            .Single(b => b.Trigger == BuildTrigger.Push).Id;
    }

    public async Task<BuildDetail> DetailAsync(Guid id) => (await Get<BuildQueries>().DetailAsync(new BuildId(id), CancellationToken.None))!;

    /// <summary>Payloads of the scheduler's intake, oldest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> IntakeAsync()
    {
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
        return [.. (await connection.QueryAsync<string>("SELECT payload::text FROM scheduler.intake ORDER BY id")).Select(p => JsonDocument.Parse(p).RootElement)];
    }

    /// <summary>A task of the run, as the scheduler would have launched it; gives a client with its token.</summary>
    public async Task<HttpClient> LaunchAsync(ModuleView module, Guid build, int attempt = 1)
    {
        var task = $"{module.RunId}.0.{attempt}";
        await using (var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO scheduler.request (cluster, id, kind, state, created_at) VALUES ('infra-qa', @run, 'RunOnce', 'Active', now()) ON CONFLICT DO NOTHING;
                INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures)
                VALUES ('infra-qa', @run, @run, 'Deploying', '{}', now(), 0, 0) ON CONFLICT DO NOTHING;
                INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, offer_ids, ports, cpus, memory_mb, disk_mb, created_at, subject)
                VALUES (@task, 'infra-qa', @run, @run, 0, @attempt, 'Running', '{}', '{}', 1, 1, 1, now(), @subject::jsonb);
                """,
                new { run = module.RunId, task, attempt, subject = JsonSerializer.Serialize(SubjectOf(build), StoredJson.Options) });
        }

        Get<RunnerAuth>(); // makes the key
        var key = await File.ReadAllBytesAsync(Path.Combine(data, "server.key"));
        var token = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes("token:" + task))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var client = new HttpClient { BaseAddress = new Uri(Http.BaseAddress!, $"/runner/v1/tasks/{task}/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Puts bytes into the artifact store; gives their digest.</summary>
    public async Task<Digest> StoreAsync(string text)
    {
        var digest = Digest.Of(Encoding.UTF8.GetBytes(text));
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await Get<ArtifactCommands>().PutAsync(Caller.System("test"), content, digest, CancellationToken.None);
        return digest;
    }

    public JournalSubject SubjectOf(Guid build) => new() { Repository = Repository.Id, Build = new BuildId(build) };

    /// <summary>A task ended; the flow starts the job with what the event carries.</summary>
    public Task EndTaskAsync(
        ModuleView module, Outcome outcome, FailureClass? failure = null, string reason = "", bool final = true, int attempt = 1) =>
        Get<BuildTaskEndedJob>().ExecuteAsync(
            module.RunId, $"{module.RunId}.0.{attempt}", final, outcome.ToString(), failure?.ToString(), reason, CancellationToken.None);

    /// <summary>A task ended in the scheduler's rows, and nobody has been notified.</summary>
    public async Task EndTaskRowAsync(ModuleView module, Outcome outcome, FailureClass? failure = null, string reason = "", int attempt = 1)
    {
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE scheduler.task SET phase = 'Failed', ended_at = now(), outcome = @outcome, failure_class = @failure, reason = @reason
             WHERE id = @task
            """,
            new { task = $"{module.RunId}.0.{attempt}", outcome = outcome.ToString(), failure = failure?.ToString(), reason });
    }

    public async Task<IReadOnlyList<JournalEvent>> EventsAsync() =>
        [.. (await Get<JournalReader>().AfterAsync(0, 1000, CancellationToken.None)).Select(e => e.Event)];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        Repo.Dispose();
        Directory.Delete(data, recursive: true);
    }

    /// <summary>Signs in as nikos with every permission, or with those that the header names.</summary>
    private sealed class Everybody(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var permissions = Request.Headers.TryGetValue(OnlyHeader, out var only) ? only.ToString().Split(' ') : [.. Permission.All];
            if (permissions is [Nobody])
                return Task.FromResult(AuthenticateResult.NoResult());
            Claim[] claims = [new(ClaimTypes.Name, "nikos"), .. permissions.Select(p => new Claim(CallerClaims.Permission, p))];
            return Task.FromResult(AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, "test")), "test")));
        }
    }
}
