using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Sending;

namespace Pipeline.Bench;

/// <summary>The loop of a scheduler as it is in a server, on a PostgreSQL of its own that syncs every commit.</summary>
internal sealed class BenchScheduler : IAsyncDisposable
{
    /// <summary>Instances of each deploy.</summary>
    public const int PerDeploy = 500;

    private readonly string directory = Directory.CreateTempSubdirectory("pipeline-bench-").FullName;
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly PrivatePostgres postgres;
    private readonly ILogger log;
    private NpgsqlDataSource? db;

    private BenchScheduler(ILogger log)
    {
        this.log = log;
        postgres = new PrivatePostgres(Path.Combine(directory, "pg"), durable: true);
    }

    public LoopMeters Meters { get; } = new();

    public NpgsqlDataSource Db => db!;

    /// <summary>So many tasks wait in the intake when the scheduler begins to lead.</summary>
    public static async Task<BenchScheduler> StartAsync(int tasks, ILogger log)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        var bench = new BenchScheduler(log);
        try
        {
            await bench.postgres.StartAsync(CancellationToken.None);
            Migrator.Migrate(bench.postgres.ConnectionString, typeof(SchedulerModule).Assembly);
            bench.db = NpgsqlDataSource.Create(bench.postgres.ConnectionString);
            var commands = new SchedulerCommands(new CommandStore(bench.Db, TimeProvider.System));
            foreach (var deploy in Deploys(tasks))
                await commands.DeployAsync(Caller.System("bench"), deploy, CancellationToken.None);
            await File.WriteAllTextAsync(Path.Combine(bench.directory, "taskrunner"), "#!/bin/sh\n");
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leads until the token is cancelled.</summary>
    public Task LeadAsync(IMaster master, CancellationToken ct)
    {
        var time = TimeProvider.System;
        var runner = Path.Combine(directory, "taskrunner");
        var options = new SchedulerOptions { ServerKeyPath = Path.Combine(directory, "server.key"), TaskRunnerPath = runner };
        var metrics = new SchedulerMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var journal = new Journal(Db, new EventKinds([.. KernelEventKinds.All, .. SchedulerEventKinds.All]), _ => { }, time);
        var database = new ClusterDatabase(Db, journal, time, "bench");
        var launches = new LaunchBuilder(options, ServerKey.LoadOrCreate(options.ServerKeyPath), new RunnerBinary(runner), "bench");
        var settings = new ClusterSettings("bench", "pipeline", options, (_, _) => null);
        var term = new ClusterTerm(database, settings, launches, () => master, new LoopMonitor(new LoopStatusBoard(), metrics, log));
        return new ClusterWorker(database, term, metrics, log).RunAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        Meters.Dispose();
        await services.DisposeAsync();
        if (db is not null)
            await db.DisposeAsync();
        await postgres.DestroyAsync(CancellationToken.None);
        Directory.Delete(directory, recursive: true);
    }

    public static IEnumerable<DeploySubmission> Deploys(int tasks)
    {
        for (var n = 0; n * PerDeploy < tasks; n++)
        {
            yield return new DeploySubmission(
                "bench", $"web{n}", $"web{n}.1", RequestKind.Worker, Math.Min(PerDeploy, tasks - (n * PerDeploy)),
                new ResourceNeed(0.1m, 64, 10, 1), null, TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(10), "{}", [], null, null, null,
                JournalSubject.None, Actor.System("bench"));
        }
    }

    /// <summary>Cpus of each agent for so many tasks on so many agents.</summary>
    public static decimal Cpus(int tasks, int agents) => Math.Ceiling((decimal)tasks / agents) * 0.11m;

    public static void Row(string what, string value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-46}{value}"));
}
