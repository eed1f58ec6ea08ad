using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Loop;

namespace Pipeline.Bench;

/// <summary>
/// The scheduler without the wire: first the core alone, then the core with its loop on a PostgreSQL that syncs every commit. Each task is
/// a row before its ACCEPT, and both of its updates are rows before their acknowledgement.
/// </summary>
public static class SchedulerLoad
{
    private const int PerDeploy = 500;

    /// <summary>A master in the process: what the wire costs is not in it.</summary>
    public static async Task RunAsync(int tasks, int agents)
    {
        Console.WriteLine($"{tasks} tasks on {agents} agents, loop and PostgreSQL, no wire");
        await WithDatabaseAsync(tasks, agents);
    }

    public static void CoreOnly(int tasks, int agents)
    {
        Console.WriteLine($"{tasks} tasks on {agents} agents, core only");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var machine = new ClusterMachine(new CoreSettings("bench", "pipeline"), (_, _) => null, Snapshot.Empty, now);
        machine.Handle(new MasterSaid(new Subscribed("fw", TimeSpan.FromSeconds(15), "m", "m", "1.12.0")), now);
        machine.Handle([.. Deploys(tasks).Select(d => new DeploySubmitted(d))], now);
        var offers = Enumerable.Range(0, agents).Select(a => new Offer(
            $"o{a}", $"a{a:00000}", $"host{a}", "127.0.0.1", "http://127.0.0.1:5051", "pipeline",
            new OfferedResources(Cpus(tasks, agents), 65_536, 200_000, [new PortRange(31000, 31999)]),
            new Dictionary<string, string> { ["rack"] = $"r{a % 20}" }, null)).ToList();
        var began = Stopwatch.GetTimestamp();
        var effects = machine.Handle(new MasterSaid(new OffersReceived(offers)), now);
        var placed = effects.Sends.OfType<Launch>().Sum(l => l.Tasks.Count);
        var took = Stopwatch.GetElapsedTime(began);
        Row("core: all placed in one pass", $"{placed} in {took.TotalSeconds:0.00} s, {placed / took.TotalSeconds:0}/s");
        var ids = effects.Tasks.Values.Where(t => t.AgentId is not null).ToList();
        began = Stopwatch.GetTimestamp();
        var numbers = 0L;
        var longest = TimeSpan.Zero;
        foreach (var some in ids.Chunk(1000))
        {
            var step = Stopwatch.GetTimestamp();
            machine.Handle([.. some.Select(t => new MasterSaid(new TaskUpdated(new Mesos.TaskStatus(
                t.Id, TaskState.Running, t.AgentId, "SOURCE_EXECUTOR", null, null, BitConverter.GetBytes(++numbers), null, now, null, null))))], now);
            longest = Stopwatch.GetElapsedTime(step) is var s && s > longest ? s : longest;
        }

        took = Stopwatch.GetElapsedTime(began);
        Row("core: updates", $"{numbers / took.TotalSeconds:0}/s, longest step of 1,000: {longest.TotalMilliseconds:0} ms");
        (effects, offers) = (new Effects(), []);
        Row("core: memory for them", $"{(GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0:0} MiB, "
            + $"process {Environment.WorkingSet / 1048576} MiB resident");
        GC.KeepAlive(machine);
    }

    private static async Task WithDatabaseAsync(int tasks, int agents)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        var directory = Directory.CreateTempSubdirectory("pipeline-bench-").FullName;
        var postgres = new PrivatePostgres(Path.Combine(directory, "pg"), durable: true);
        await postgres.StartAsync(CancellationToken.None);
        try
        {
            Migrator.Migrate(postgres.ConnectionString, typeof(SchedulerModule).Assembly);
            await using var db = NpgsqlDataSource.Create(postgres.ConnectionString);
            await LeadAsync(db, directory, tasks, agents);
        }
        finally
        {
            await postgres.DestroyAsync(CancellationToken.None);
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task LeadAsync(NpgsqlDataSource db, string directory, int tasks, int agents)
    {
        var time = TimeProvider.System;
        var runner = Path.Combine(directory, "taskrunner");
        await File.WriteAllTextAsync(runner, "#!/bin/sh\n");
        var options = new SchedulerOptions { ServerKeyPath = Path.Combine(directory, "server.key"), TaskRunnerPath = runner };
        var master = new BenchMaster(agents, Cpus(tasks, agents));
        var commands = new SchedulerCommands(db, time);
        foreach (var deploy in Deploys(tasks))
            await commands.DeployAsync(deploy, CancellationToken.None);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var meters = new LoopMeters();
        var metrics = new SchedulerMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var parts = new WorkerParts(
            db, new Journal(db, _ => { }, time), time, options, ServerKey.LoadOrCreate(options.ServerKeyPath), new RunnerBinary(runner),
            (_, _) => null, new OfferBoard(), metrics, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var began = Stopwatch.GetTimestamp();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var worker = new ClusterWorker(parts, "bench", "pipeline", () => master).RunAsync(stop.Token);
        while (master.Acknowledged < 2 * tasks && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(5))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var all = Stopwatch.GetElapsedTime(began);
        var launching = Stopwatch.GetElapsedTime(master.FirstOffer, master.LastLaunch);
        Row("loop + PostgreSQL: launches, durable", $"{master.Launched} of {tasks}, {master.Launched / launching.TotalSeconds:0}/s from the first offer to the last ACCEPT");
        Row("loop + PostgreSQL: all run and acknowledged", $"{all.TotalSeconds:0.0} s, {master.Launched / all.TotalSeconds:0} tasks/s, "
            + $"{(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.0} s of processor here");
        Row("loop + PostgreSQL: in commits", meters.Commits);
        Percentiles.PrintHeader();
        Percentiles.Print("loop lag: heard -> committed and sent", meters.Lag);
        Percentiles.Print("update said -> acknowledged, all at once", master.AckLag);
        await stop.CancelAsync();
        await worker;
    }

    private static decimal Cpus(int tasks, int agents) => Math.Ceiling((decimal)tasks / agents) * 0.11m;

    private static IEnumerable<DeploySubmission> Deploys(int tasks)
    {
        for (var n = 0; n * PerDeploy < tasks; n++)
        {
            yield return new DeploySubmission(
                "bench", $"web{n}", $"web{n}.1", RequestKind.Worker, Math.Min(PerDeploy, tasks - (n * PerDeploy)),
                new ResourceNeed(0.1m, 64, 10, 1), null, TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(10), "{}", [], null, null, null,
                JournalSubject.None, Actor.System("bench"));
        }
    }

    private static void Row(string what, string value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-46}{value}"));
}
