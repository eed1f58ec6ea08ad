using System.Transactions;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;
using Pipeline.LoadBalancers.Contract.Queries;
using Pipeline.Scheduler;
using Pipeline.TestKit;

namespace Pipeline.LoadBalancers.Tests.Kit;

/// <summary>The slice on a real database; what runs is written as the scheduler's leader would.</summary>
internal sealed class Edge : IAsyncDisposable
{
    public static readonly RepositoryId Shop = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));
    public static readonly RepositoryId Other = new(Guid.Parse("01900000-0000-7000-8000-000000000002"));

    private readonly WebApplication app;

    private Edge(WebApplication app) => this.app = app;

    public RouteCommands Commands => app.Services.GetRequiredService<RouteCommands>();

    public TrafficQueries Traffic => app.Services.GetRequiredService<TrafficQueries>();

    public static async Task<Edge> StartAsync(Action<IServiceCollection>? add = null)
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly, typeof(LoadBalancersModule).Assembly);
        return new Edge(Compose(database, builder => add?.Invoke(builder.Services)));
    }

    /// <param name="add">Before the application is built.</param>
    public static WebApplication Compose(string connectionString, Action<WebApplicationBuilder> add)
    {
        var folder = Directory.CreateTempSubdirectory("edge-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Scheduler:ServerKeyPath"] = Path.Combine(folder, "server.key"), ["DataDirectory"] = folder,
            ["LoadBalancers:Urls"] = "http://127.0.0.1:0", ["LoadBalancers:PublicUrl"] = "https://apps.example",
        });
        builder.Services.AddKernel(connectionString);
        builder.Services.AddSingleton<EventFlow>(_ => { });
        builder.Services.AddScheduler(builder.Configuration);
        builder.Services.AddLoadBalancers(builder.Configuration);
        add(builder);
        return builder.Build();
    }

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static WantedRoutes Wanted(RepositoryId repository, params (string Deployable, string Route)[] routes) =>
        new("production", repository, [.. routes.Select(r => new WantedRoute(r.Deployable, r.Route))]);

    /// <summary>Owners by route, as <c>/shop web</c>.</summary>
    public async Task<string> OwnersAsync() =>
        string.Join(", ", (await Traffic.ListAsync(default)).Select(r => $"{r.Route} {r.Deployable}"));

    /// <summary>The newest events, as their kinds and actors.</summary>
    public async Task<IReadOnlyList<string>> JournalAsync() =>
        [.. (await Get<JournalReader>().AfterAsync(0, 1000, default)).Select(e => $"{e.Kind} by {e.Actor}")];

    /// <summary>A service with a deploy for each of the routes, the last in force.</summary>
    public Task RunAsync(RepositoryId repository, string deployable, params string[] routes) =>
        RunAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), repository, deployable, 31000, routes);

    public static async Task RunAsync(NpgsqlDataSource db, RepositoryId repository, string deployable, int port, params string[] routes)
    {
        await using var connection = await db.OpenConnectionAsync();
        foreach (var (i, route) in routes.Index())
        {
            await connection.ExecuteAsync(
                Deploy,
                new
                {
                    deployable, id = $"{deployable}.{i}", route, repository = repository.Value.ToString(), port,
                    state = i == routes.Length - 1 ? "Active" : "Superseded",
                });
        }
    }

    /// <summary>Returns when another connection waits for a lock on this database.</summary>
    public async Task SomebodyWaitsForALockAsync()
    {
        using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        await Eventually.IsTrueAsync(
            async () =>
            {
                await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
                return await connection.ExecuteScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')");
            },
            TimeSpan.FromSeconds(20), "somebody waits for a lock");
        outside.Complete();
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private const string Deploy = """
        INSERT INTO scheduler.request (cluster, id, kind, state, created_at)
        VALUES ('production', @deployable, 'Service', 'Active', clock_timestamp()) ON CONFLICT DO NOTHING;
        INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, route, created_at, crashes, infra_failures)
        VALUES ('production', @id, @deployable, @state,
                jsonb_build_object('subject', jsonb_build_object(
                    'stage', 'production', 'repository', @repository, 'deployable', @deployable)),
                @route, clock_timestamp(), 0, 0);
        INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, host, address, offer_ids, ports,
                                    cpus, memory_mb, disk_mb, created_at, healthy_at, subject)
        SELECT @id || '.1', 'production', @deployable, @id, 1, 1, 'Running', 'localhost', '127.0.0.1', '{}', ARRAY[@port], 0.5, 256,
               128, now(), now(), d.spec->'subject'
          FROM scheduler.deploy d WHERE d.id = @id AND d.state = 'Active';
        """;
}
