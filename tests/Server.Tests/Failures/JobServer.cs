using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs.Failures;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;
using Pipeline.Server.Failures;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Failures;

/// <summary>All parts of the server on a real PostgreSQL with the real job server; of what runs besides only the sweep of jobs.</summary>
internal sealed class JobServer : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly WebApplication app;
    private readonly string folder;

    private JobServer(WebApplication app, string folder) => (this.app, this.folder) = (app, folder);

    public NpgsqlDataSource Db => Get<NpgsqlDataSource>();

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <param name="works">False: jobs are enqueued, and none runs.</param>
    public static async Task<JobServer> StartAsync(bool works = true)
    {
        var folder = Directory.CreateTempSubdirectory("jobs-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = folder,
            ["PublicUrl"] = "http://pipeline.example",
            ["GitWebhooks:GitHub:ApiUrl"] = "http://127.0.0.1:1", // nobody answers
            ["DeployStages:Policy"] = Path.Combine(RepositoryRoot.Path, "pipelines", "stages.yaml"),
            ["Scheduler:ServerKeyPath"] = Path.Combine(folder, "key"),
            ["Scheduler:TaskRunnerPath"] = typeof(JobServer).Assembly.Location, // no task is launched here: any file will do
            ["Clusters:infra-qa:Masters:0"] = "http://m1:5050",
            ["Clusters:product-qa:Masters:0"] = "http://m2:5050",
            ["Clusters:production:Masters:0"] = "http://m3:5050",
        });
        var before = builder.Services.ToList();
        PipelineHost.AddParts(
            builder.Services, builder.Configuration, await TestPostgres.CreateDatabaseAsync([.. PipelineHost.Slices]));
        foreach (var service in builder.Services.Except(before).Where(s => s.ServiceType == typeof(IHostedService)).ToList())
        {
            if (!IsJobServer(service) || !works)
                builder.Services.Remove(service);
        }

        var app = builder.Build();
        _ = app.Services.GetRequiredService<JobStorage>(); // makes its tables
        PipelineHost.UseChecks(app);
        app.MapFailures();
        await app.StartAsync();
        return new JobServer(app, folder);
    }

    private static bool IsJobServer(ServiceDescriptor service) => service.ImplementationType == typeof(OpenJobSweep)
        || service.ImplementationFactory?.Method.DeclaringType?.Assembly.GetName().Name?.StartsWith("Hangfire", StringComparison.Ordinal)
            == true;

    /// <summary>Enqueues one call of a job, as the flow does.</summary>
    public void Enqueue(Type job, params object?[] arguments)
    {
        var method = job.GetMethods().First(m => m.Name == "ExecuteAsync" && m.GetParameters().Length == arguments.Length + 1);
        Get<IBackgroundJobClient>().Create(new Job(job, method, [.. arguments, CancellationToken.None]), new EnqueuedState());
    }

    public async Task ExecuteAsync(string sql, object? arguments = null)
    {
        await using var connection = await Db.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, arguments);
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = await Db.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    public async Task<IReadOnlyList<FailedJob>> FailuresAsync(FailureSubject? subject = null) =>
        (await Get<FailedJobQueries>().ListAsync(subject ?? new FailureSubject(), null, 200, CancellationToken.None)).Items;

    /// <summary>Waits until the only failure is as it should be.</summary>
    public Task<FailedJob> FailureAsync(Func<FailedJob, bool> isTrue, string what) => Eventually.BecomesAsync(
        async () => await FailuresAsync() is [var only] ? only : null, f => f is not null && isTrue(f), Patience, what)!;

    /// <summary>Makes every failure due.</summary>
    public Task WakeAsync() => ExecuteAsync("UPDATE journal.open_job SET next_wake = now() - interval '1 second'");

    public async Task<HttpClient> SignedInAsync(params string[] permissions)
    {
        var made = (CreateTokenOutcome.Created)await Get<TokenCommands>().CreateAsync(
            Caller.System("test"), new NewToken("eleni", null, permissions, [], [], 30), CancellationToken.None);
        var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Token.Token);
        return http;
    }

    /// <summary>As the API lists them.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ListedAsync(HttpClient http)
    {
        var page = await http.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/failures?limit=200", UriKind.Relative));
        return [.. page.GetProperty("items").EnumerateArray()];
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
