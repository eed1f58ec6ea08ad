using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;
using Pipeline.Scheduler.Sending;
using Pipeline.TestKit;

namespace Pipeline.Bench;

/// <summary>
/// The scheduler with loop and durable PostgreSQL against <c>localmesos --virtual_agents</c>, a process of its own, over HTTP and protobuf.
/// </summary>
public static class WireLoad
{
    // 1: strictly one call after the other, for comparison.
    private static readonly int Connections = int.Parse(
        Environment.GetEnvironmentVariable("BENCH_CONNECTIONS") ?? "8", CultureInfo.InvariantCulture);

    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(int tasks, int agents)
    {
        Console.WriteLine($"{tasks} tasks on {agents} virtual agents, over the wire");
        await using var cluster = await LocalMesosCluster.StartAsync(
            new LocalMesosSettings
            {
                Agents = "none",
                MoreArguments =
                [
                    $"--virtual_agents={agents}", "--virtual_racks=20", "--launch_delay=100ms",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"--virtual_resources=cpus:{BenchScheduler.Cpus(tasks, agents)};mem:65536;disk:200000;ports:[31000-31999]"),
                ],
            },
            CancellationToken.None);
        await LeadAsync(cluster, tasks);
    }

    private static async Task LeadAsync(LocalMesosCluster cluster, int tasks)
    {
        using var logs = LoggerFactory.Create(l => l.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        await using var scheduler = await BenchScheduler.StartAsync(tasks, logs.CreateLogger("scheduler"));
        var options = new MesosMasterOptions { Masters = [new Uri(cluster.MasterUrl)], CallConnections = Connections };
        var master = new TimedMaster(new RealMaster(options, TimeProvider.System, NullLogger<MesosMaster>.Instance));
        using var stop = new CancellationTokenSource();
        var (cpu, clusterCpu) = (Process.GetCurrentProcess().TotalProcessorTime, CpuOf(cluster.ProcessId));
        var began = Stopwatch.GetTimestamp();
        var worker = scheduler.LeadAsync(master, stop.Token);
        while (master.Acknowledged < 2 * tasks && Stopwatch.GetElapsedTime(began) < LongEnough)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var all = Stopwatch.GetElapsedTime(began);
        BenchScheduler.Row(
            "launches, durable before ACCEPT",
            $"{master.Launched} of {tasks}, {master.Launched / master.Launching.TotalSeconds:0}/s from the first offer to the last ACCEPT");
        BenchScheduler.Row(
            "all run, both updates acknowledged", $"{all.TotalSeconds:0.0} s, {master.Launched / all.TotalSeconds:0} tasks/s");
        BenchScheduler.Row(
            "memory: scheduler, master with agents", $"{Resident(Environment.ProcessId)} MiB, {Resident(cluster.ProcessId)} MiB");
        BenchScheduler.Row("in commits", scheduler.Meters.Commits);
        BenchScheduler.Row("processor: scheduler, master with agents", string.Create(
            CultureInfo.InvariantCulture,
            $"{(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.0} s, {CpuOf(cluster.ProcessId) - clusterCpu:0.0} s"));
        Percentiles.PrintHeader();
        Percentiles.Print("loop lag: received -> committed and sent", scheduler.Meters.Lag);
        Percentiles.Print("update received -> acknowledged", master.AckLag);
        await stop.CancelAsync();
        await worker;
    }

    private static double CpuOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static long Resident(int pid) =>
        long.Parse(
            File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(
                ' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / 1024;

    /// <summary>The real client, with a clock at its door.</summary>
    private sealed class TimedMaster(IMaster master) : IMaster
    {
        private readonly ConcurrentDictionary<string, long> received = new();
        private long firstOffer;
        private long lastLaunch;
        private int launched;
        private int acknowledged;

        public ConcurrentQueue<TimeSpan> AckLag { get; } = new();
        public TimeSpan Launching => Stopwatch.GetElapsedTime(firstOffer, lastLaunch);
        public int Launched => launched;
        public int Acknowledged => acknowledged;

        public async IAsyncEnumerable<MasterEvent> SubscribeAsync(
            Func<FrameworkDescription> framework, [EnumeratorCancellation] CancellationToken ct)
        {
            await foreach (var e in master.SubscribeAsync(framework, ct))
            {
                if (e is OffersReceived && firstOffer == 0)
                    firstOffer = Stopwatch.GetTimestamp();
                if (e is TaskUpdated { Status.Uuid: { } uuid })
                    received.TryAdd(Convert.ToHexString(uuid), Stopwatch.GetTimestamp());
                yield return e;
            }
        }

        public async Task SendAsync(MasterCall call, CancellationToken ct)
        {
            await master.SendAsync(call, ct);
            if (call is AcceptOffers accept)
            {
                lastLaunch = Stopwatch.GetTimestamp();
                Interlocked.Add(ref launched, accept.Tasks.Count);
            }
            else if (call is AcknowledgeUpdate ack && received.TryRemove(Convert.ToHexString(ack.Uuid), out var at))
            {
                AckLag.Enqueue(Stopwatch.GetElapsedTime(at));
                Interlocked.Increment(ref acknowledged);
            }
        }

        public ValueTask DisposeAsync() => master.DisposeAsync();
    }
}
