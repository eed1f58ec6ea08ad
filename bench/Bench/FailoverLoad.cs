using System.Diagnostics;
using System.Globalization;
using Pipeline.EndToEnd.Harness.Pairs;
using Pipeline.TestKit;

namespace Pipeline.Bench;

/// <summary>Two real servers on one durable PostgreSQL: the leader is killed under so many running tasks.</summary>
internal static class FailoverLoad
{
    private const int PerRequest = 500;
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(3);

    public static async Task RunAsync(int tasks, int agents)
    {
        Console.WriteLine($"{tasks} tasks on {agents} virtual agents, two servers, kill -9 of the leader");
        await using var pair = await ServerPair.StartAsync(agents, durable: true);
        var (leader, standBy) = await pair.RolesAsync();
        var running = await pair.FillAsync(standBy, tasks / PerRequest, PerRequest, runs: 0);
        await ReconciledAsync(standBy);
        var epoch = await ServerPair.EpochAsync(standBy);
        var clock = Stopwatch.StartNew();
        await leader.KillAsync();
        await Eventually.IsTrueAsync(async () => await ServerPair.EpochAsync(standBy) > epoch, LongEnough, "another leads");
        var led = clock.Elapsed;
        await Eventually.IsTrueAsync(
            async () => await ServerPair.LeadsAsync(standBy) && (await pair.Master.FrameworkAsync()).Connected, LongEnough, "subscribed");
        var subscribed = clock.Elapsed;
        await ReconciledAsync(standBy);
        var reconciled = clock.Elapsed;
        var after = await pair.Master.RunningAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"leader lost -> led {led.TotalSeconds:0.0} s -> subscribed {subscribed.TotalSeconds:0.0} s -> reconciled {reconciled.TotalSeconds:0.0} s; "
            + $"{running.Except(after).Count()} tasks restarted, {after.Count} run"));
    }

    private static Task ReconciledAsync(ServedServer server) => Eventually.IsTrueAsync(
        async () =>
        {
            var cluster = await server.GetAsync($"/api/v1/clusters/{ServerPair.Cluster}");
            return cluster.GetProperty("state").GetString() == "subscribed"
                && cluster.GetProperty("reconciliation").GetProperty("state").GetString() == "done";
        },
        LongEnough, "reconciled");
}
