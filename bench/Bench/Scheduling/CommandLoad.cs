using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;

namespace Pipeline.Bench.Scheduling;

/// <summary>Operators' commands: how many the loop takes a second, on a PostgreSQL that syncs every commit.</summary>
internal static class CommandLoad
{
    private const int Requests = 5;
    private const int Senders = 64;
    private const int EachSender = 100;

    public static async Task RunAsync(int commands)
    {
        Console.WriteLine($"{commands} commands about {Requests} requests, loop and PostgreSQL");
        await using var scheduler = await BenchScheduler.StartAsync(Requests * BenchScheduler.PerDeploy, NullLogger.Instance);
        var master = new BenchMaster(1, 1);
        using var stop = new CancellationTokenSource();
        var worker = scheduler.LeadAsync(master, stop.Token);
        await EmptyAsync(scheduler);

        var began = Stopwatch.GetTimestamp();
        await using (var connection = await scheduler.Db.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO scheduler.intake (cluster, at, subject_id, payload)
                SELECT 'bench', now(), 'web' || n % @Requests, jsonb_set(@payload::jsonb, '{requestId}', to_jsonb('web' || n % @Requests))
                  FROM generate_series(0, @last) n ORDER BY n;
                SELECT pg_notify('scheduler_intake', 'bench');
                """,
                new { Requests, last = commands - 1, payload = JsonSerializer.Serialize(Of("web0"), StoredJson.Options) });
        }

        await EmptyAsync(scheduler);
        var took = Stopwatch.GetElapsedTime(began);
        BenchScheduler.Row("commands, queued at once", $"{took.TotalSeconds:0.0} s, {commands / took.TotalSeconds:0}/s");

        began = Stopwatch.GetTimestamp();
        var store = new CommandStore(scheduler.Db, TimeProvider.System);
        var answers = await Task.WhenAll(Enumerable.Range(0, Senders).Select(n => SendAsync(store, $"web{n % Requests}")));
        took = Stopwatch.GetElapsedTime(began);
        BenchScheduler.Row(
            $"commands of {Senders} who wait for each answer",
            $"{Senders * EachSender / took.TotalSeconds:0}/s, {answers.Sum()} without an answer in 5 s");
        await stop.CancelAsync();
        await worker;
    }

    private static async Task<int> SendAsync(CommandStore store, string request)
    {
        var late = 0;
        for (var n = 0; n < EachSender; n++)
            late += (await store.SendAsync("bench", request, Of(request), default)).Outcome is null ? 1 : 0;
        return late;
    }

    private static SchedulerCommand Of(string request) =>
        new SetPriorityCommand(request, 0.5m, new CommandOrigin(Actor.Person("eleni"), "bench"));

    private static async Task EmptyAsync(BenchScheduler scheduler)
    {
        await using var connection = await scheduler.Db.OpenConnectionAsync();
        while (await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM scheduler.intake)"))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }
}
