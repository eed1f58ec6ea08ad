using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Sending;
using Pipeline.Scheduler.Tests.Monitoring;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>A worker of one cluster on a real database.</summary>
internal sealed class LoopHarness : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pipeline-scheduler-").FullName;
    private CancellationTokenSource stop = new();
    private Task worker = Task.CompletedTask;

    private LoopHarness(NpgsqlDataSource db, SchedulerOptions options)
    {
        Db = db;
        Options = options;
        options.ServerKeyPath = Path.Combine(directory, "server.key");
        options.TaskRunnerPath ??= Path.Combine(directory, "taskrunner");
        if (!File.Exists(options.TaskRunnerPath))
            File.WriteAllText(options.TaskRunnerPath, "#!/bin/sh\nexec sleep 1000\n");
        Key = ServerKey.LoadOrCreate(options.ServerKeyPath);
        Runner = new RunnerBinary(options.TaskRunnerPath);
        Queries = new SchedulerQueries(db, Board, Microsoft.Extensions.Options.Options.Create(options));
        Queue = new CommandStore(db, TimeProvider.System);
        Commands = new SchedulerCommands(Queue);
        Auth = new RunnerAuth(db, Key, TimeProvider.System);
    }

    public NpgsqlDataSource Db { get; }

    /// <summary>How the workers that start next verify what they launch.</summary>
    public TrustCheck Trust { get; set; } = (_, _) => null;
    public SchedulerOptions Options { get; }
    public ServerKey Key { get; }
    public RunnerBinary Runner { get; }
    public LoopStatusBoard Board { get; } = new();
    public TestMeters Meters { get; } = new();
    public SchedulerMetrics Metrics => metrics ??= new SchedulerMetrics(Meters);
    private SchedulerMetrics? metrics;
    public SchedulerQueries Queries { get; }
    public CommandStore Queue { get; }
    public SchedulerCommands Commands { get; }
    public RunnerAuth Auth { get; }

    public static async Task<LoopHarness> CreateAsync(SchedulerOptions? options = null)
    {
        Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;
        return new LoopHarness(
            NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly)),
                options ?? new SchedulerOptions());
    }

    public void Start(Func<IMaster> connect)
    {
        stop = new CancellationTokenSource();
        worker = Worker(connect).RunAsync(stop.Token);
    }

    public Journal Journal => new(Db, SchedulerKinds.All, _ => { }, TimeProvider.System);

    public ClusterDatabase Database(TimeProvider? time = null) => new(Db, Journal, time ?? TimeProvider.System, "test");

    /// <summary>One server's worker; several on the same database stand by for each other.</summary>
    public ClusterWorker Worker(Func<IMaster> connect)
    {
        var database = Database();
        var settings = new ClusterSettings("test", "pipeline", Options, Trust);
        var launches = new LaunchBuilder(Options, Key, Runner, "test");
        var term = new ClusterTerm(database, settings, launches, connect, new LoopMonitor(Board, Metrics, NullLogger.Instance));
        return new ClusterWorker(database, term, Metrics, NullLogger.Instance);
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await worker;
    }

    public Task<TaskDetails?> BecomesAsync(string taskId, string state) => Eventually.BecomesAsync(
        () => Queries.TaskAsync(taskId, CancellationToken.None), t =>
            t?.Task.State == state, TimeSpan.FromSeconds(20), $"{taskId} is {state}");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Db.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
