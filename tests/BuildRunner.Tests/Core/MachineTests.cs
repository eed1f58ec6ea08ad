using System.Runtime.CompilerServices;
using System.Text;
using CsCheck;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Core;

public sealed class MachineTests
{
    [Fact]
    public void The_table_of_transitions_is_the_reviewed_one()
    {
        var table = new StringBuilder();
        foreach (var state in Enum.GetValues<ModuleState>())
        {
            foreach (var happened in Enum.GetValues<ModuleEvent>())
                table.Append(System.Globalization.CultureInfo.InvariantCulture, $"{state,-10} {happened,-24} {BuildMachine.Apply(state, happened)?.ToString() ?? "-"}\n");
        }

        var reviewed = Path.Combine(Path.GetDirectoryName(Here())!, "Reviewed", "module-transitions.txt");
        if (!File.Exists(reviewed))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(reviewed)!);
            File.WriteAllText(reviewed, table.ToString());
        }

        Assert.Equal(File.ReadAllText(reviewed), table.ToString());
    }

    [Fact]
    public void What_is_over_never_changes() => Assert.All(
        Enum.GetValues<ModuleState>().Where(BuildMachine.IsOver),
        s => Assert.All(Enum.GetValues<ModuleEvent>(), e => Assert.Null(BuildMachine.Apply(s, e))));

    [Fact]
    public void A_failure_skips_what_depends_on_it_and_nothing_else()
    {
        var next = BuildMachine.Next(
        [
            new("common", [], ModuleState.Failed), new("api", ["common"], ModuleState.Waiting), new("web", ["api"], ModuleState.Waiting),
            new("docs", [], ModuleState.Waiting),
        ]);
        Assert.Equal(["docs"], next.Start);
        Assert.Equal(["api", "web"], next.Skip);
        Assert.Null(next.End);
    }

    // States of the modules, all over, and the end of the build.
    [Theory]
    [InlineData(BuildState.Succeeded, ModuleState.Succeeded, ModuleState.Succeeded)]
    [InlineData(BuildState.Failed, ModuleState.Failed, ModuleState.Succeeded)]
    [InlineData(BuildState.Failed, ModuleState.Failed, ModuleState.Cancelled)]
    [InlineData(BuildState.Failed, ModuleState.Cancelled, ModuleState.Failed)]
    [InlineData(BuildState.Failed, ModuleState.Failed, ModuleState.Skipped)]
    [InlineData(BuildState.Cancelled, ModuleState.Cancelled, ModuleState.Succeeded)]
    [InlineData(BuildState.Cancelled, ModuleState.Cancelled, ModuleState.Skipped)]
    [InlineData(BuildState.Failed, ModuleState.Skipped, ModuleState.Succeeded)]
    [InlineData(null, ModuleState.Running, ModuleState.Failed)]
    [InlineData(null, ModuleState.Queued, ModuleState.Succeeded)]
    [InlineData(null, ModuleState.Waiting, ModuleState.Succeeded)]
    public void The_end_of_a_build_follows_from_its_modules(BuildState? end, ModuleState one, ModuleState other) =>
        Assert.Equal(end, BuildMachine.Next([new("a", [], one), new("b", [], other)]).End);

    [Theory]
    [InlineData(ModuleState.Waiting, false, false)]
    [InlineData(ModuleState.Queued, false, false)]
    [InlineData(ModuleState.Running, false, false)]
    [InlineData(ModuleState.Succeeded, true, false)]
    [InlineData(ModuleState.Failed, false, true)]
    [InlineData(ModuleState.Cancelled, false, true)]
    [InlineData(ModuleState.Skipped, false, true)]
    public void A_waiting_module_starts_after_success_and_is_skipped_after_anything_else(ModuleState before, bool starts, bool skipped)
    {
        var next = BuildMachine.Next([new("a", [], before), new("b", [], ModuleState.Succeeded), new("c", ["b", "a"], ModuleState.Waiting)]);

        Assert.Equal(starts, next.Start.Contains("c"));
        Assert.Equal(skipped, next.Skip.Contains("c"));
    }

    [Fact]
    public void A_chain_is_skipped_to_its_end_in_whatever_order_it_is_listed()
    {
        var next = BuildMachine.Next(
            [new("c", ["b"], ModuleState.Waiting), new("b", ["a"], ModuleState.Waiting), new("a", [], ModuleState.Cancelled)]);

        Assert.Equal(["b", "c"], next.Skip);
        Assert.Empty(next.Start);
        Assert.Equal(BuildState.Cancelled, next.End);
    }

    [Fact]
    public void Only_what_waits_is_started_or_skipped()
    {
        var next = BuildMachine.Next(
            [new("a", [], ModuleState.Failed), new("b", ["a"], ModuleState.Running), new("c", [], ModuleState.Queued), new("d", ["a"], ModuleState.Cancelled)]);

        Assert.Empty(next.Start);
        Assert.Empty(next.Skip);
    }

    [Fact]
    public void Any_graph_comes_to_an_end_and_starts_nothing_before_its_dependencies()
    {
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 1000]).Sample((count, seed) =>
        {
            var random = new Random(seed);
            var modules = Enumerable.Range(0, count)
                .Select(i => new ModuleNode($"m{i}", [.. Enumerable.Range(0, i).Where(_ => random.Next(3) == 0).Select(d => $"m{d}")], ModuleState.Waiting))
                .ToList();
            for (var turn = 0; turn < 200; turn++)
            {
                var next = BuildMachine.Next(modules);
                var states = modules.ToDictionary(m => m.Name, m => m.State);
                if (next.Start.Any(s => modules.First(m => m.Name == s).DependsOn.Any(d => states[d] != ModuleState.Succeeded)))
                    return false;
                if (next.End is { } end)
                    return end == (states.Values.All(s => s == ModuleState.Succeeded) ? BuildState.Succeeded : states.ContainsValue(ModuleState.Failed) ? BuildState.Failed : end);
                modules = [.. modules.Select(m => m with { State = Step(m, next, random) })];
            }

            return false;
        });
    }

    private static ModuleState Step(ModuleNode module, BuildStep next, Random random)
    {
        var happened = next.Start.Contains(module.Name) ? ModuleEvent.Submitted
            : next.Skip.Contains(module.Name) ? ModuleEvent.DependencyDidNotSucceed
            : (ModuleEvent)random.Next(1, 6);
        return BuildMachine.Apply(module.State, happened) ?? module.State;
    }

    [Fact]
    public void Result_and_task_decide_together()
    {
        var now = DateTimeOffset.UnixEpoch;
        var good = new RunnerResult(true, null, null, null, null);
        var bad = new RunnerResult(false, "test", 3, FailureClass.App, null);
        TaskEnd Ended(Outcome outcome, FailureClass? failure = null) => new(outcome, failure, "reason", now);
        var later = now + Verdict.ResultGrace;

        Assert.Null(Verdict.Of(good, null, now));
        Assert.Equal(Outcome.Succeeded, Verdict.Of(good, Ended(Outcome.Succeeded), now)!.Outcome);
        Assert.Equal(("test", 3), (Verdict.Of(bad, Ended(Outcome.Failed, FailureClass.App), now)!.FailedStep, Verdict.Of(bad, Ended(Outcome.Failed), now)!.ExitCode));
        Assert.Null(Verdict.Of(null, Ended(Outcome.Succeeded), now));
        Assert.Equal(FailureClass.Infra, Verdict.Of(null, Ended(Outcome.Succeeded), later)!.Class);
        Assert.Null(Verdict.Of(null, Ended(Outcome.Failed, FailureClass.App), now));
        Assert.Equal((FailureClass.Infra, "reason"), (Verdict.Of(null, Ended(Outcome.Failed, FailureClass.Infra), now)!.Class!.Value, Verdict.Of(null, Ended(Outcome.Failed, FailureClass.Infra), now)!.Reason));
        Assert.Equal(Outcome.Cancelled, Verdict.Of(bad, Ended(Outcome.Cancelled), now)!.Outcome);
        Assert.Equal(Outcome.Failed, Verdict.Of(good, Ended(Outcome.Failed, FailureClass.App), now)!.Outcome);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
