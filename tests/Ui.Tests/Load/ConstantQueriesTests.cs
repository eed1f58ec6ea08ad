using System.Net.Http.Headers;
using System.Reflection;
using System.Text.RegularExpressions;
using Bunit;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Kernel;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;
using Pipeline.Server;
using Pipeline.Ui.Tests.Pages;

namespace Pipeline.Ui.Tests.Load;

/// <summary>Pages and lists take the same few queries for one object and for fifty.</summary>
public sealed partial class ConstantQueriesTests : AllPages
{
    private const string Repository = "01900000-0000-7000-8000-000000000001";

    /// <summary>Streams, files, and what asks an agent or git: none is a list of rows.</summary>
    private static readonly string[] NoLists =
    [
        "/api/v1/events", "/api/v1/tasks/{id}/log", "/api/v1/tasks/{id}/files", "/api/v1/tasks/{id}/files/{*path}",
        "/api/v1/tasks/{id}/usage", "/api/v1/artifacts/{digest}", "/api/v1/builds/{id}/modules/{module}/steps/{step}/log",
    ];

    [Fact]
    public async Task Every_page_reads_fifty_objects_with_as_many_queries_as_one()
    {
        await ExecuteAsync(OpenJob);
        await SignInAsync("maria", Permission.All);
        var pages = new Dictionary<string, object>();
        foreach (var name in Every)
            pages[name.Data] = (await ReadyAsync(await OpenPageAsync(name.Data))).Instance;
        var one = await CountAsync(pages);
        await CloneAsync();
        var fifty = await CountAsync(pages);

        Assert.True(one.Values.Count(commands => commands > 0) > 20, "The queries of pages were not counted.");
        Assert.Empty(More(one, fifty));
    }

    [Fact]
    public async Task Every_list_of_the_API_reads_fifty_objects_with_as_many_queries_as_one()
    {
        await ExecuteAsync(OpenJob);
        await using var server = await StartAsync();
        using var http = await SignedInAsync(server);
        var paths = PathsOf(server);
        var one = await CountAsync(http, paths);
        await CloneAsync();
        var fifty = await CountAsync(http, paths);

        Assert.True(paths.Count > 40, $"{paths.Count} endpoints were asked.");
        Assert.True(one.Values.Count(commands => commands > 1) > 20, "The queries of endpoints were not counted.");
        Assert.Empty(More(one, fifty));
    }

    private const string OpenJob = """
        INSERT INTO journal.open_job (id, key, name, invocation, object_kind, object_id, repository_id, created_at, tries, first_failed_at,
                                      last_failed_at, next_wake, error_type, error)
        VALUES ('01900000-0000-7000-8000-000000000901', '\xb111', 'SomeJob', '', 'build', '01900000-0000-7000-8000-000000000403',
                '01900000-0000-7000-8000-000000000001', now(), 1, now(), now(), now() + interval '1 day', 'x', 'the remote is away')
        """;

    private static IEnumerable<string> More(Dictionary<string, int> one, Dictionary<string, int> fifty) =>
        fifty.Where(f => f.Value > one[f.Key]).Select(f => $"{f.Key}: {one[f.Key]} queries for one object, {f.Value} for fifty");

    private async Task CloneAsync()
    {
        await ExecuteAsync(Clones.Sql);
        foreach (var table in new[]
        {
            "git.repository", "git.delivery", "git.push", "git.commit_branch", "build.build", "build.module_build", "artifact.release",
            "stages.promotion", "stages.deployable", "scheduler.request", "scheduler.deploy", "scheduler.task", "scheduler.agent",
            "routes.owner", "journal.open_job",
        })
        {
            Assert.True(await ReadAsync<long>($"SELECT count(*) FROM {table}") > Clones.Count, $"{table} was not copied.");
        }
    }

    private static async Task<Dictionary<string, int>> CountAsync(Dictionary<string, object> pages)
    {
        var counts = new Dictionary<string, int>();
        foreach (var (name, page) in pages)
        {
            var load = page.GetType().GetMethod("LoadAsync", BindingFlags.Instance | BindingFlags.NonPublic)!;
            counts[name] = await CommandCount.OfAsync(() => (Task)load.Invoke(page, [Ct])!);
        }

        return counts;
    }

    private static async Task<Dictionary<string, int>> CountAsync(HttpClient http, IReadOnlyList<string> paths)
    {
        var counts = new Dictionary<string, int>();
        foreach (var path in paths)
        {
            counts[path] = await CommandCount.OfAsync(async () =>
            {
                using var response = await http.GetAsync(new Uri(path, UriKind.Relative), Ct);
                Assert.True((int)response.StatusCode < 500, $"{path}: {response.StatusCode}");
                await response.Content.ReadAsByteArrayAsync(Ct);
            });
        }

        return counts;
    }

    private static List<string> PathsOf(WebApplication server) =>
        [.. server.Services.GetServices<EndpointDataSource>().Concat(((IEndpointRouteBuilder)server).DataSources)
            .SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(e => Constraint().Replace("/" + e.RoutePattern.RawText!.Trim('/'), ""))
            .Where(p => p.StartsWith("/api/v1/", StringComparison.Ordinal) && !NoLists.Contains(p)).Distinct().Order(StringComparer.Ordinal)
            .Select(p => $"{Parameter().Replace(p, m => ValueOf(p, m.Groups[1].Value))}?limit=100")];

    private static string ValueOf(string path, string parameter) => (path.Split('/')[3], parameter) switch
    {
        ("clusters", "name") => "production",
        ("clusters", "id") => path.Contains("agents", StringComparison.Ordinal) ? "agent-1"
            : path.Contains("requests", StringComparison.Ordinal) ? "billing-api" : "billing-api.production",
        ("repositories", "id" or "repository") => Repository,
        ("builds", "id") => "01900000-0000-7000-8000-000000000402",
        ("promotions", "id") => Waiting.ToString(),
        ("deliveries", "id") => Rejected.ToString(),
        ("failures", "id") => "01900000-0000-7000-8000-000000000901",
        ("tasks", "id") => "billing-api.production.1.1",
        ("stages", "name") => "production",
        ("deployables", "name") => "billing-api",
        (_, "sha") => Good,
        (_, "digest") => "sha256:" + string.Concat(Enumerable.Repeat("a2", 32)),
        _ => "1",
    };

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(Settings);
        PipelineHost.AddParts(builder.Services, builder.Configuration, Db.ConnectionString);
        foreach (var service in builder.Services.Where(s => s.ServiceType == typeof(IHostedService)).ToList())
            builder.Services.Remove(service);
        var app = builder.Build();
        _ = app.Services.GetRequiredService<JobStorage>(); // makes its tables
        PipelineHost.UseChecks(app);
        PipelineHost.MapApi(app);
        await app.StartAsync(Ct);
        return app;
    }

    private static async Task<HttpClient> SignedInAsync(WebApplication server)
    {
        var made = (CreateTokenOutcome.Created)await server.Services.GetRequiredService<TokenCommands>().CreateAsync(
            Caller.System("test"), new NewToken("eleni", null, Permission.All, [], [], 30), Ct);
        var http = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Token.Token);
        return http;
    }

    [GeneratedRegex(@"(?<=\{[^:}]+):[^}]+(?=\})")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{\*{0,2}([^}]+)\}")]
    private static partial Regex Parameter();
}
