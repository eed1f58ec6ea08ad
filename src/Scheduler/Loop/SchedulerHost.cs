using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Attestation;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;

namespace Pipeline.Scheduler.Loop;

/// <summary>One worker for each configured cluster.</summary>
internal sealed class SchedulerHost(
    IServiceProvider services, IOptions<SchedulerOptions> options, NpgsqlDataSource db, TimeProvider time, ILoggerFactory logs)
        : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        var parts = new WorkerParts(
            db, Part<Journal>(), time, settings, Part<ServerKey>(), Part<RunnerBinary>(),
                TrustVerification.By(services.GetService(typeof(CurrentTrust)) as CurrentTrust),
            Part<OfferBoard>(), Part<SchedulerMetrics>(), logs.CreateLogger("Pipeline.Scheduler"));
        return Task.WhenAll(settings.Clusters.Select(c =>
            Task.Run(() => WorkerFor(parts, c.Key, c.Value).RunAsync(stoppingToken), stoppingToken)));
    }

    private ClusterWorker WorkerFor(WorkerParts parts, string cluster, ClusterOptions options) => new(
        parts, cluster, options.Role,
        () => new RealMaster(
            new MesosMasterOptions { Masters = [.. options.Masters.Select(m => new Uri(m))], Principal = options.Principal,
                Secret = options.Secret, CaFile = options.CaFile },
            time, logs.CreateLogger<MesosMaster>()));

    private T Part<T>() where T : notnull =>
        (T)(services.GetService(typeof(T)) ?? throw new InvalidOperationException($"{typeof(T).Name} is not registered."));
}
