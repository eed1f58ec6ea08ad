using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Sending;

namespace Pipeline.Scheduler.Loop;

/// <summary>One worker for each configured cluster.</summary>
internal sealed class SchedulerHost(
    IOptions<SchedulerOptions> options, Func<string, ClusterDatabase> databases, Func<string, LaunchBuilder> launches, TrustCheck trust,
    LoopMonitor monitor, ILoggerFactory logs) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(options.Value.Clusters.Select(c =>
        Task.Run(() => WorkerOf(c.Key, c.Value).RunAsync(stoppingToken), stoppingToken)));

    private ClusterWorker WorkerOf(string cluster, ClusterOptions own)
    {
        var database = databases(cluster);
        var settings = new ClusterSettings(cluster, own.Role, options.Value, trust);
        var term = new ClusterTerm(database, settings, launches(cluster), () => Connect(own, database.Time), monitor);
        return new ClusterWorker(database, term, monitor.Metrics, monitor.Log);
    }

    private RealMaster Connect(ClusterOptions own, TimeProvider time) => new(
        new MesosMasterOptions
        {
            Masters = [.. own.Masters.Select(m => new Uri(m))], Principal = own.Principal, Secret = own.Secret, CaFile = own.CaFile,
        },
        time, logs.CreateLogger<MesosMaster>());
}
