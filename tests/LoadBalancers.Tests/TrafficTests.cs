using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;
using Pipeline.LoadBalancers.Contract.Queries;
using Pipeline.LoadBalancers.Tests.Kit;
using Pipeline.LoadBalancers.Traffic;
using Pipeline.Scheduler;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.TestKit;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>A real proxy before real applications, told of them by rows and events.</summary>
public sealed class TrafficTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private const string Subject = """
        {"stage": "production", "repository": "01900000-0000-7000-8000-000000000001", "deployable": "web"}
        """;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly HttpClient http = new(new HttpClientHandler { UseCookies = false });
    private WebApplication proxy = default!;
    private WebApplication application = default!;
    private NpgsqlDataSource db = default!;

    public async ValueTask InitializeAsync()
    {
        application = Server();
        application.MapGet("/sent", (HttpContext request) =>
            $"{request.Request.Headers.Cookie}|{request.Request.Headers.Authorization}|{request.Request.Headers["X-Forwarded-For"]}");
        application.MapGet("/set", (HttpContext request, string cookie) =>
        {
            request.Response.Headers.SetCookie = new[] { cookie, "mine=1" };
            request.Response.Headers["Clear-Site-Data"] = "\"*\"";
            request.Response.Headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        });
        application.Map(
            "/{**path}", (HttpContext request) => $"{request.Request.Method} {request.Request.Path}{request.Request.QueryString}");
        await application.StartAsync(ct);

        var connectionString = await TestPostgres.CreateDatabaseAsync(
            typeof(SchedulerModule).Assembly, typeof(LoadBalancersModule).Assembly);
        db = NpgsqlDataSource.Create(connectionString);
        var folder = Directory.CreateTempSubdirectory("traffic-").FullName;
        proxy = Server(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Scheduler:ServerKeyPath"] = Path.Combine(folder, "server.key"), ["DataDirectory"] = folder,
                ["LoadBalancers:Urls"] = "http://127.0.0.1:0", ["LoadBalancers:PublicUrl"] = "https://apps.example",
            });
            builder.Services.AddKernel(connectionString);
            builder.Services.AddSingleton<EventFlow>(_ => { });
            builder.Services.AddScheduler(builder.Configuration);
            builder.Services.AddLoadBalancers(builder.Configuration);
        });
        await proxy.StartAsync(ct);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(proxy.Services.GetRequiredService<LiveFeed>().IsConnected), Soon, "the live feed listens");
        http.BaseAddress = new Uri(proxy.Services.GetRequiredService<TrafficServer>().Addresses[0]);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await proxy.DisposeAsync();
        await application.DisposeAsync();
        await db.DisposeAsync();
    }

    [Fact]
    public async Task An_instance_gets_traffic_when_it_is_healthy_and_loses_it_when_it_ends()
    {
        await InsertAsync("web.1.1", healthy: false);
        await NotifyAsync("web.1.1", healthy: false);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/apps/production/web/", ct)).StatusCode);

        await ExecuteAsync("UPDATE scheduler.task SET healthy_at = now()");
        await NotifyAsync("web.1.1", healthy: true);
        Assert.Equal("GET /orders/7?all=1", await AnswersAsync("/apps/production/web/orders/7?all=1"));
        using var posted = await http.PostAsync("/apps/production/web/orders", JsonContent.Create(new { }), ct);
        Assert.Equal("POST /orders", await posted.Content.ReadAsStringAsync(ct));

        await ExecuteAsync("UPDATE scheduler.task SET phase = 'Finished', ended_at = now(), outcome = 'Succeeded'");
        await NotifyAsync("web.1.1", healthy: false);
        await Eventually.BecomesAsync(async () => (await http.GetAsync("/apps/production/web/", ct)).StatusCode, s => s == HttpStatusCode.NotFound, Soon, "no traffic");
    }

    [Fact]
    public async Task A_route_that_nobody_serves_says_so_and_where_to_look()
    {
        using var response = await http.GetAsync("/apps/product-qa/web/orders", ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        Assert.Equal("no-healthy-instance", problem.GetProperty("type").GetString());
        Assert.Equal("No healthy instance in product-qa serves /web/orders.", problem.GetProperty("detail").GetString());
        Assert.Contains("/deployables", problem.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_was_missed_is_made_up_for_within_seconds()
    {
        await InsertAsync("web.1.1", healthy: true); // no event

        Assert.Equal("GET /", await AnswersAsync("/apps/production/web/"));
    }

    [Fact]
    public async Task While_the_database_is_away_the_routes_stay_in_force()
    {
        await InsertAsync("web.1.1", healthy: true);
        await NotifyAsync("web.1.1", healthy: true);
        await AnswersAsync("/apps/production/web/");

        await ExecuteAsync("ALTER TABLE scheduler.task RENAME TO task_away");
        await NotifyAsync("web.1.1", healthy: true);
        Assert.Equal("GET /", await AnswersAsync("/apps/production/web/"));
        await ExecuteAsync("ALTER TABLE scheduler.task_away RENAME TO task");
        await InsertAsync("web.2.1", healthy: true);
        Assert.Equal("GET /", await AnswersAsync("/apps/production/web/"));
    }

    [Fact]
    public async Task Credentials_of_the_server_reach_no_application_and_an_applications_own_do()
    {
        await InsertAsync("web.1.1", healthy: true);
        await NotifyAsync("web.1.1", healthy: true);
        await AnswersAsync("/apps/production/web/");
        var token = $"plt_{new string('a', 43)}012345";

        Assert.Equal(
            "cart=7; theme=x||127.0.0.1",
            await SentAsync("cart=7; pipeline=stolen; theme=x; __Host-pipeline-antiforgery=stolen", $"Bearer {token}"));
        var asPassword = Convert.ToBase64String(Encoding.ASCII.GetBytes($"x:{token}"));
        Assert.Equal("||127.0.0.1", await SentAsync("PIPELINE=stolen", $"Basic {asPassword}"));
        Assert.Equal("a=b|Bearer of-the-application|127.0.0.1", await SentAsync("a=b", "Bearer of-the-application"));
    }

    [Theory]
    [InlineData("pipeline=evil; Path=/")]
    [InlineData("pipeline-antiforgery=evil; Path=/apps/production/web")]
    [InlineData("__Host-pipeline=evil; Secure; Path=/")]
    [InlineData("=pipeline=evil")]
    public async Task No_application_sets_or_clears_what_belongs_to_the_whole_host(string cookie)
    {
        await InsertAsync("web.1.1", healthy: true);
        await NotifyAsync("web.1.1", healthy: true);
        await AnswersAsync("/apps/production/web/");

        using var response = await http.GetAsync($"/apps/production/web/set?cookie={Uri.EscapeDataString(cookie)}", ct);

        Assert.Equal(["mine=1"], response.Headers.GetValues("Set-Cookie"));
        Assert.False(response.Headers.Contains("Clear-Site-Data"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task What_is_served_is_listed_with_the_address_that_people_open()
    {
        await InsertAsync("web.1.1", healthy: true);
        await NotifyAsync("web.1.1", healthy: true);
        await AnswersAsync("/apps/production/web/");
        var traffic = proxy.Services.GetRequiredService<TrafficQueries>();

        var route = Assert.Single(await traffic.ListAsync(ct));
        Assert.Equal(
            ("web", "production", "/web", Edge.Shop, 1, null),
            (route.Deployable, route.Stage, route.Route, route.Repository, route.Instances, route.Problem));
        Assert.Equal("https://apps.example/apps/production/web/", route.Url?.ToString());
        var service = Assert.Single(await traffic.ServicesAsync(ct));
        Assert.Equal(("web", "production", route.Url, 1), (service.Deployable, service.Stage, service.Url, service.Instances));
    }

    [Fact]
    public async Task The_owners_traffic_is_unchanged_while_another_serves_its_route_until_it_is_transferred()
    {
        await using var thief = Server();
        thief.MapFallback(() => "stolen");
        await thief.StartAsync(ct);
        await InsertAsync("web.1.1", healthy: true);
        await NotifyAsync("web.1.1", healthy: true);
        Assert.Equal("GET /", await AnswersAsync("/apps/production/web/"));

        await Edge.RunAsync(db, Edge.Other, "thief", new Uri(thief.Urls.First()).Port, "/WEB/", "/free");
        await Edge.RunAsync(db, Edge.Other, "thief2", new Uri(thief.Urls.First()).Port, "/web/");
        await NotifyAsync("thief2.0.1", healthy: true);
        // The proxy has read what runs once the thief answers where it may.
        Assert.Equal("stolen", await AnswersAsync("/apps/production/free/"));
        for (var i = 0; i < 6; i++)
            Assert.Equal("GET /x", await AnswersAsync("/apps/production/web/x"));

        var commands = proxy.Services.GetRequiredService<RouteCommands>();
        Assert.IsType<RouteOutcome.Done>(
            await commands.TransferAsync(Caller.System("test"), "production", "/web", Edge.Other, "thief2", "sold", ct));
        await Eventually.BecomesAsync(
            () => AnswersAsync("/apps/production/web/x"), text => text == "stolen", Soon, "the new owner answers");
    }

    [Fact]
    public async Task The_root_of_a_stage_answers_what_no_other_route_names_and_nothing_of_one_that_is_down()
    {
        await using var root = Server();
        root.MapFallback(() => "root");
        await root.StartAsync(ct);
        await Edge.RunAsync(db, Edge.Other, "root", new Uri(root.Urls.First()).Port, "/");
        await InsertAsync("web.1.1", healthy: true);
        await NotifyAsync("web.1.1", healthy: true);
        Assert.Equal("GET /x", await AnswersAsync("/apps/production/web/x"));
        Assert.Equal("root", await AnswersAsync("/apps/production/website"));

        await ExecuteAsync("UPDATE scheduler.task SET healthy_at = NULL WHERE id = 'web.1.1'");
        await NotifyAsync("web.1.1", healthy: false);

        await Eventually.BecomesAsync(
            async () => (await http.GetAsync("/apps/production/web/x", ct)).StatusCode,
            status => status == HttpStatusCode.ServiceUnavailable, Soon, "the route of the one that is down is closed");
        Assert.Equal("root", await AnswersAsync("/apps/production/website"));
        var traffic = await proxy.Services.GetRequiredService<TrafficQueries>().ListAsync(ct);
        Assert.NotNull(traffic.Single(r => r.Route == "/web").Problem);
        Assert.Null(traffic.Single(r => r.Route == "/").Problem);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/routes")]
    [InlineData("/health/ready")]
    [InlineData("/hooks/github")]
    public async Task Nothing_of_the_server_is_answered_where_applications_are(string path)
    {
        using var response = await http.GetAsync(path, ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("no-application", (await response.Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task No_application_is_answered_where_the_server_is()
    {
        await InsertAsync("web.1.1", healthy: true);
        await NotifyAsync("web.1.1", healthy: true);
        await AnswersAsync("/apps/production/web/");
        using var server = new HttpClient { BaseAddress = new Uri(proxy.Urls.First()) };

        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync("/apps/production/web/", ct)).StatusCode);
    }

    private async Task<string> SentAsync(string cookie, string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/apps/production/web/sent");
        request.Headers.TryAddWithoutValidation("Cookie", cookie);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.7");
        using var response = await http.SendAsync(request, ct);
        return await response.Content.ReadAsStringAsync(ct);
    }

    private async Task<string> AnswersAsync(string path) => await Eventually.BecomesAsync(
        async () =>
        {
            using var response = await http.GetAsync(path, ct);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(ct) : "";
        },
        text => text.Length > 0, Soon, $"{path} answers");

    private async Task InsertAsync(string task, bool healthy) => await ExecuteAsync(
        """
        INSERT INTO scheduler.request (cluster, id, kind, state, active_deploy, created_at)
        VALUES ('production', 'web', 'Service', 'Active', 'v1', now()) ON CONFLICT DO NOTHING;
        INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, commit_sha, route, created_at, crashes, infra_failures)
        VALUES ('production', 'v1', 'web', 'Active',
                jsonb_build_object('subject', @subject::jsonb),
                repeat('1', 40), '/web', now(), 0, 0) ON CONFLICT DO NOTHING;
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, agent_id, host, address, rack, offer_ids, ports,
                                    cpus, memory_mb, disk_mb, created_at, launched_at, running_at, healthy_at, commit_sha, subject)
        VALUES (@task, 'production', 'web', 'v1', 1, 1, 'Running', 'agent-1', 'localhost', '127.0.0.1', 'rack1', '{o-1}', ARRAY[@port],
                0.5, 256, 128, now(), now(), now(), CASE WHEN @healthy THEN now() END, repeat('1', 40), @subject::jsonb);
        """,
        new { subject = Subject, task, healthy, port = new Uri(application.Urls.First()).Port });

    private Task NotifyAsync(string task, bool healthy) => proxy.Services.GetRequiredService<Journal>().AppendAsync(
        healthy
            ? new TaskHealthy("production", "web", "v1", task)
            : new TaskFinished("production", "web", "v1", task, Outcome.Succeeded, null, 0, "ended", Final: true),
        Actor.System("test"), JournalSubject.None, ct);

    private async Task ExecuteAsync(string sql, object? arguments = null)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(sql, arguments);
    }

    private static WebApplication Server(Action<WebApplicationBuilder>? add = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        add?.Invoke(builder);
        return builder.Build();
    }
}
