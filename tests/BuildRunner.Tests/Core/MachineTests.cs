using System.Globalization;
using System.Text;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;

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
            {
                var next = BuildMachine.Apply(state, happened)?.ToString() ?? "-";
                table.Append(CultureInfo.InvariantCulture, $"{state,-10} {happened,-24} {next}\n");
            }
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reviewed", "module-transitions.txt")), table.ToString());
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
        var next = BuildMachine.Next(
            [new("a", [], before), new("b", [], ModuleState.Succeeded), new("c", ["b", "a"], ModuleState.Waiting)]);

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
        [
            new("a", [], ModuleState.Failed), new("b", ["a"], ModuleState.Running), new("c", [], ModuleState.Queued),
            new("d", ["a"], ModuleState.Cancelled),
        ]);

        Assert.Empty(next.Start);
        Assert.Empty(next.Skip);
    }
}
