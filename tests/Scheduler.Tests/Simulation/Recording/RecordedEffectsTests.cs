using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Scheduler.Tests.Simulation.Commands;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Simulation.Recording;

/// <summary>
/// The machine may be restructured; what it decides may not change with that. <c>SIM_RECORD=1</c> writes the recording anew (a change of
/// behaviour or of a wording, on purpose), <c>SIM_DUMP=&lt;seed&gt;</c> writes one history in full beside the tests, for a diff.
/// </summary>
public sealed class RecordedEffectsTests(ITestOutputHelper output)
{
    private const int Plain = 80;
    private const int Varied = 80;
    private const int Steps = 4000;

    /// <summary>Seeds from here on are varied histories.</summary>
    private const int FirstVaried = 1001;

    [Fact]
    public async Task The_effects_of_recorded_seeds_are_the_same()
    {
        var seeds = Enumerable.Range(1, Plain).Concat(Enumerable.Range(FirstVaried, Varied)).ToList();
        var summaries = new ConcurrentDictionary<int, string>();
        await Parallel.ForEachAsync(seeds, async (seed, _) => summaries[seed] = await PlayAsync(seed));
        var lines = seeds.ConvertAll(seed => string.Create(CultureInfo.InvariantCulture, $"{seed} {summaries[seed]}"));
        if (Environment.GetEnvironmentVariable("SIM_RECORD") == "1")
            File.WriteAllLines(Fixture, lines);
        var recorded = File.ReadAllLines(Fixture);
        Assert.Equal(recorded.Length, lines.Count);
        var different = recorded.Zip(lines).Where(l => l.First != l.Second).Select(l => Divergence(l.First, l.Second)).ToList();
        Assert.True(different.Count == 0, $"{different.Count} of {lines.Count} histories differ:\n{string.Join('\n', different.Take(10))}");
    }

    [Fact]
    public async Task A_history_can_be_dumped_in_full()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SIM_DUMP"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 0;
        var path = Path.Combine(AppContext.BaseDirectory, $"effects.{seed}.txt");
        await using (var dump = new StreamWriter(path))
            await PlayAsync(seed > 0 ? seed : 1, dump, seed > 0 ? Steps : 50);
        Assert.StartsWith(
            "step 1 ", File.ReadLines(path).First().Replace("step 2 ", "step 1 ", StringComparison.Ordinal), StringComparison.Ordinal);
        output.WriteLine(path);
    }

    private static async Task<string> PlayAsync(int seed, TextWriter? dump = null, int steps = Steps)
    {
        using var recorder = new EffectsRecorder(dump);
        var scenario = seed < FirstVaried
            ? Scenario.Usual
            : new Scenario { Settings = VariedCommands.Settings, Trust = VariedCommands.Check, Commands = VariedCommands.All, IsChecked = false };
        var run = new ClusterSimulator(seed, scenario: scenario with { Recorder = recorder });
        await run.PlayAsync(steps);
        return recorder.Summary;
    }

    private static string Divergence(string recorded, string now)
    {
        var (before, after) = (recorded.Split(' '), now.Split(' '));
        var first = before.Zip(after).Skip(1).First(p => p.First != p.Second).First;
        return $"seed {before[0]} differs before step {(first.Contains(':', StringComparison.Ordinal) ? first.Split(':')[0] : "the end")}";
    }

    private static string Fixture => Path.Combine(RepositoryRoot.Path, "tests", "Scheduler.Tests", "Simulation", "effects.recorded.txt");
}
