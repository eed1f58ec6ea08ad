using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Contract.Tasks;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers;

/// <summary>Traffic for services: <c>/apps/&lt;stage&gt;/&lt;route&gt;/…</c> goes to the healthy instances, round robin, the prefix taken off.</summary>
public static class LoadBalancersModule
{
    public static IServiceCollection AddLoadBalancers(this IServiceCollection services)
    {
        services.AddReverseProxy().LoadFromMemory([], []);
        services.AddHostedService<AppsProxyRefresh>();
        return services;
    }

    public static void MapLoadBalancers(this IEndpointRouteBuilder app)
    {
        app.MapReverseProxy();
        // Routes to instances are more specific, so this answers only where there is none.
        app.Map("/apps/{stage}/{**route}", NothingHealthy).AllowAnonymous().ExcludeFromDescription();
    }

    private static ProblemHttpResult NothingHealthy(string stage, string? route) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound,
        type: "no-healthy-instance",
        title: "Nothing answers here.",
        detail: $"No healthy instance in {stage} serves /{route}.",
        extensions: new Dictionary<string, object?> { ["hint"] = "See /deployables for what runs where." });

    /// <summary>One route and one cluster for each stage and route that has a healthy instance.</summary>
    public static (IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters) Configure(IEnumerable<HealthyInstance> instances)
    {
        var routes = new List<RouteConfig>();
        var clusters = new List<ClusterConfig>();
        var served = instances.Where(i => i is { Route: not null, Stage: not null }).GroupBy(i => (i.Stage, Route: i.Route!.Trim('/')));
        foreach (var group in served)
        {
            var id = $"{group.Key.Stage}/{group.Key.Route}";
            var prefix = $"/apps/{id}".TrimEnd('/');
            routes.Add(new RouteConfig
            {
                RouteId = id,
                ClusterId = id,
                Match = new RouteMatch { Path = $"{prefix}/{{**rest}}" },
                Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = prefix }],
            });
            clusters.Add(new ClusterConfig
            {
                ClusterId = id,
                LoadBalancingPolicy = "RoundRobin",
                Destinations = group.ToDictionary(i => i.TaskId, i => new DestinationConfig { Address = $"http://{i.Host}:{i.Port}/" }),
            });
        }

        return (routes, clusters);
    }
}

/// <summary>Brings the proxy up to date when an instance becomes healthy or ends, and every few seconds in case an event was missed.</summary>
public sealed class AppsProxyRefresh(SchedulerQueries scheduler, InMemoryConfigProvider proxy, LiveFeed feed, TimeProvider time, ILogger<AppsProxyRefresh> log)
    : BackgroundService
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var changed = new SemaphoreSlim(1);
        using var subscription = feed.Subscribe(
            entry => entry.Event is TaskHealthy or TaskFinished or DeployHealthy or DeployFailed,
            () => changed.Release());
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var (routes, clusters) = LoadBalancersModule.Configure(await scheduler.HealthyInstancesAsync(stoppingToken));
                proxy.Update(routes, clusters);
                await changed.WaitAsync(Resync, stoppingToken);
            }
            catch (Npgsql.NpgsqlException e)
            {
                // The routes of before stay in force: instances do not vanish because the database does.
                Log.ProxyNotRefreshed(log, e);
                await Task.Delay(Resync, time, stoppingToken);
            }
        }
    }
}
