using System.Threading.Channels;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Core;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Contract.Tasks;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers.Routing;

/// <summary>
/// Brings the proxy up to date when an instance becomes healthy or ends or a route gets another owner, and every few seconds in case an
/// event was missed.
/// </summary>
internal sealed class ProxyRefresh(
    SchedulerQueries scheduler, RouteAdoption adoption, InMemoryConfigProvider proxy, LiveFeed feed, TimeProvider time,
    ILogger<ProxyRefresh> log) : BackgroundService
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(5);
    private readonly HashSet<(string Cluster, string Deploy)> logged = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One that waits is enough: a refresh reads all that happened.
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(
            entry => entry.Event is TaskHealthy or TaskFinished or DeployHealthy or DeployFailed
                or RouteClaimed or RouteTransferred or RouteReleased,
            () => changed.Writer.TryWrite(true));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var instances = await scheduler.HealthyInstancesAsync(stoppingToken);
                var config = ProxyPlanner.Plan(instances, await adoption.OwnersAsync(instances, stoppingToken));
                proxy.Update(config.Routes, config.Clusters);
                LogRefused(config.Refused);
                await WaitAsync(changed.Reader, stoppingToken);
            }
            catch (NpgsqlException e)
            {
                // The routes of before stay in force: instances do not vanish because the database does.
                Log.ProxyNotRefreshed(log, e);
                await Task.Delay(Resync, time, stoppingToken);
            }
        }
    }

    // Once for each deploy, not every few seconds.
    private void LogRefused(IReadOnlyList<HealthyInstance> refused)
    {
        foreach (var instance in refused.Where(i => logged.Add((i.Cluster, i.DeployId))))
            Log.RouteRefused(log, instance.RequestId, instance.Stage, instance.Route);
        logged.IntersectWith(refused.Select(i => (i.Cluster, i.DeployId)));
    }

    private async Task WaitAsync(ChannelReader<bool> changed, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Resync, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await changed.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // No event: look all the same, in case one was missed.
        }
    }
}
