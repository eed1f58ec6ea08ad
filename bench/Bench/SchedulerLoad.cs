using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Bench;

/// <summary>
/// The scheduler without the wire: first the core alone, then the core with its loop on a PostgreSQL that syncs every commit. Each task is
/// a row before its ACCEPT, and both of its updates are rows before their acknowledgement.
/// </summary>
public static class SchedulerLoad
{
    /// <summary>A master in the process: what the wire costs is not in it.</summary>
    public static async Task RunAsync(int tasks, int agents)
    {
        Console.WriteLine($"{tasks} tasks on {agents} agents, loop and PostgreSQL, no wire");
        await LeadAsync(tasks, agents);
    }

    public static void CoreOnly(int tasks, int agents)
    {
        Console.WriteLine($"{tasks} tasks on {agents} agents, core only");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var machine = new ClusterMachine(new CoreSettings("bench", "pipeline"), (_, _) => null, Snapshot.Empty, now);
        machine.Handle(new MasterEventReceived(new Subscribed("fw", TimeSpan.FromSeconds(15), "m", "m", "1.12.0")), now);
        machine.Handle([.. BenchScheduler.Deploys(tasks).Select(d => new SubmitDeployCommand(d))], now);
        var offers = Enumerable.Range(0, agents).Select(a => new Offer(
            $"o{a}", $"a{a:00000}", $"host{a}", "127.0.0.1", "http://127.0.0.1:5051", "pipeline",
            new OfferedResources(BenchScheduler.Cpus(tasks, agents), 65_536, 200_000, [new PortRange(31000, 31999)]),
            new Dictionary<string, string> { ["rack"] = $"r{a % 20}" }, null)).ToList();
        var began = Stopwatch.GetTimestamp();
        var effects = machine.Handle(new MasterEventReceived(new OffersReceived(offers)), now);
        var placed = effects.Sends.OfType<Launch>().Sum(l => l.Tasks.Count);
        var took = Stopwatch.GetElapsedTime(began);
        BenchScheduler.Row("core: all placed in one pass", $"{placed} in {took.TotalSeconds:0.00} s, {placed / took.TotalSeconds:0}/s");
        var ids = effects.Tasks.Values.Where(t => t.AgentId is not null).ToList();
        began = Stopwatch.GetTimestamp();
        var numbers = 0L;
        var longest = TimeSpan.Zero;
        foreach (var some in ids.Chunk(1000))
        {
            var step = Stopwatch.GetTimestamp();
            machine.Handle([.. some.Select(t => new MasterEventReceived(new TaskUpdated(new Mesos.TaskStatus(
                t.Id, TaskState.Running, t.AgentId, "SOURCE_EXECUTOR", null, null, BitConverter.GetBytes(++numbers), null, now, null,
                null))))], now);
            longest = Stopwatch.GetElapsedTime(step) is var s && s > longest ? s : longest;
        }

        took = Stopwatch.GetElapsedTime(began);
        BenchScheduler.Row("core: updates", $"{numbers / took.TotalSeconds:0}/s, longest step of 1,000: {longest.TotalMilliseconds:0} ms");
        (effects, offers) = (new Effects(), []);
        BenchScheduler.Row("core: memory for them", $"{(GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0:0} MiB, "
            + $"process {Environment.WorkingSet / 1048576} MiB resident");
        GC.KeepAlive(machine);
    }

    private static async Task LeadAsync(int tasks, int agents)
    {
        await using var scheduler = await BenchScheduler.StartAsync(tasks, NullLogger.Instance);
        var master = new BenchMaster(agents, BenchScheduler.Cpus(tasks, agents));
        using var stop = new CancellationTokenSource();
        var began = Stopwatch.GetTimestamp();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var worker = scheduler.LeadAsync(master, stop.Token);
        while (master.Acknowledged < 2 * tasks && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(5))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var all = Stopwatch.GetElapsedTime(began);
        var launching = Stopwatch.GetElapsedTime(master.FirstOffer, master.LastLaunch);
        BenchScheduler.Row(
            "loop + PostgreSQL: launches, durable",
            $"{master.Launched} of {tasks}, {master.Launched / launching.TotalSeconds:0}/s from the first offer to the last ACCEPT");
        BenchScheduler.Row(
            "loop + PostgreSQL: all run and acknowledged", $"{all.TotalSeconds:0.0} s, {master.Launched / all.TotalSeconds:0} tasks/s, "
            + $"{(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.0} s of processor here");
        BenchScheduler.Row("loop + PostgreSQL: in commits", scheduler.Meters.Commits);
        Percentiles.PrintHeader();
        Percentiles.Print("loop lag: received -> committed and sent", scheduler.Meters.Lag);
        Percentiles.Print("update said -> acknowledged, all at once", master.AckLag);
        await stop.CancelAsync();
        await worker;
    }
}
