using System.Net;
using System.Net.Http.Json;
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
using Pipeline.Scheduler;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.TestKit;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>A real proxy before real applications, told of them by rows and events.</summary>
public sealed class TrafficTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly HttpClient http = new();
    private WebApplication proxy = default!;
    private WebApplication application = default!;
    private NpgsqlDataSource db = default!;

    public async ValueTask InitializeAsync()
    {
        application = Server();
        application.Map(
            "/{**path}", (HttpContext request) => $"{request.Request.Method} {request.Request.Path}{request.Request.QueryString}");
        await application.StartAsync(ct);

        var connectionString = await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly);
        db = NpgsqlDataSource.Create(connectionString);
        var folder = Directory.CreateTempSubdirectory("traffic-").FullName;
        proxy = Server(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Scheduler:ServerKeyPath"] = Path.Combine(folder, "server.key"), ["DataDirectory"] = folder,
            });
            builder.Services.AddKernel(connectionString);
            builder.Services.AddSingleton<EventFlow>(_ => { });
            builder.Services.AddScheduler(builder.Configuration);
            builder.Services.AddLoadBalancers();
        });
        proxy.MapLoadBalancers();
        await proxy.StartAsync(ct);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(proxy.Services.GetRequiredService<LiveFeed>().IsConnected), Soon, "the live feed listens");
        http.BaseAddress = new Uri(proxy.Urls.First());
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
        VALUES ('production', 'v1', 'web', 'Active', '{"instances": 1}', repeat('1', 40), '/web', now(), 0, 0) ON CONFLICT DO NOTHING;
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, agent_id, host, address, rack, offer_ids, ports,
                                    cpus, memory_mb, disk_mb, created_at, launched_at, running_at, healthy_at, commit_sha, subject)
        VALUES (@task, 'production', 'web', 'v1', 1, 1, 'Running', 'agent-1', 'localhost', '127.0.0.1', 'rack1', '{o-1}', ARRAY[@port],
                0.5, 256, 128, now(), now(), now(), CASE WHEN @healthy THEN now() END, repeat('1', 40), '{"stage": "production"}');
        """,
        new { task, healthy, port = new Uri(application.Urls.First()).Port });

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
