using System.Threading.Channels;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Core;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Events;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers.Routing;

/// <summary>
/// Brings the proxy up to date when an instance becomes healthy or ends, and every few seconds in case an event was missed.
/// </summary>
internal sealed class ProxyRefresh(
    SchedulerQueries scheduler, InMemoryConfigProvider proxy, LiveFeed feed, TimeProvider time,
    ILogger<ProxyRefresh> log) : BackgroundService
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One that waits is enough: a refresh reads all that happened.
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(
            entry => entry.Event is TaskHealthy or TaskFinished or DeployHealthy or DeployFailed,
            () => changed.Writer.TryWrite(true));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var config = ProxyPlanner.Plan(await scheduler.HealthyInstancesAsync(stoppingToken));
                proxy.Update(config.Routes, config.Clusters);
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
