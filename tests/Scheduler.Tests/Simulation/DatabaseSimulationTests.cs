using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Scheduler.Tests.Simulation.Stores;

namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>The same histories on PostgreSQL: fewer, because each commit is a real one. <c>SIM_SEED</c> replays one.</summary>
public sealed class DatabaseSimulationTests(ITestOutputHelper output)
{
    private static readonly int Steps = Setting("SIM_DB_STEPS", 2500);

    [Fact]
    public async Task Random_histories_on_a_real_database_are_safe_and_come_to_rest()
    {
        var one = Setting("SIM_SEED", 0);
        var seeds = one > 0 ? [one] : Enumerable.Range(1, Setting("SIM_DB_SEEDS", 20)).ToArray();
        var failed = new ConcurrentBag<string>();
        var (steps, terms, commits) = (0L, 0, 0);
        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            PostgresStore? store = null;
            var open = await PostgresStore.PrepareAsync();
            var run = new ClusterSimulator(seed, null, (ledger, invariants, agenda) => store = open(ledger, invariants, agenda));
            try
            {
                await run.RunAsync(Steps);
                await store!.ReadAsync();
            }
            catch (InvariantBroken broken)
            {
                failed.Add($"SIM_SEED={seed}: {broken.Message}\n{run.Trace}\n{broken.InnerException}");
            }
            finally
            {
                await store!.DisposeAsync();
            }

            Interlocked.Add(ref steps, run.Steps);
            Interlocked.Add(ref terms, run.Terms);
            Interlocked.Add(ref commits, run.Commits);
        });
        output.WriteLine($"{seeds.Length} seeds, {steps} steps, {terms} terms, {commits} commits");
        Assert.True(failed.IsEmpty, string.Join('\n', failed.Take(3)));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
