using System.Globalization;
using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Budgets;

/// <summary>Lines of test for each line of code, in each project of <c>src</c> and in the two cores that must not err.</summary>
/// <remarks>
/// Only C# counts: the markup of a page is held by the page tests of <c>tests/Ui.Tests</c> and by the browser tests of
/// <c>tests/EndToEnd</c>.
/// </remarks>
public static class TestVolume
{
    public const double OfProject = 0.8;
    public const double OfCore = 1.2;

    /// <summary>The ratchet counts in steps, so that not every line of code moves a number.</summary>
    private const double Step = 0.05;

    private static readonly string[] Cores = ["Scheduler", "DeployStages"];

    public static IEnumerable<Finding> Find(SourceTree tree)
    {
        foreach (var project in tree.Projects.Where(p => p.IsSource).Select(p => p.Name))
        {
            if (Shortage(tree, $"src/{project}", [$"tests/{project}.Tests/"], OfProject) is { } finding)
                yield return finding;
            if (Cores.Contains(project)
                && Shortage(
                    tree, $"src/{project}/Core", [$"tests/{project}.Tests/Core/", $"tests/{project}.Tests/Simulation/"], OfCore)
                    is { } core)
                yield return core;
        }
    }

    private static Finding? Shortage(SourceTree tree, string code, string[] tests, double budget)
    {
        var written = Lines(tree, f => f.Path.StartsWith($"{code}/", StringComparison.Ordinal));
        var tested = Lines(tree, f => tests.Any(t => f.Path.StartsWith(t, StringComparison.Ordinal)));
        var steps = written == 0 ? 0 : (int)Math.Ceiling(Math.Round((budget - ((double)tested / written)) / Step, 6));
        if (steps <= 0)
            return null;
        var ratio = ((double)tested / written).ToString("0.00", CultureInfo.InvariantCulture);
        return new Finding(
            $"{code}:1", code,
            $"{tested} lines of test for {written} of code: {ratio}, the budget is {budget:0.0}. Test what a mutant would survive",
            steps);
    }

    private static int Lines(SourceTree tree, Func<SourceFile, bool> where) =>
        tree.Files.Where(f => f.IsCSharp && where(f)).Sum(f => f.CodeLines);
}
