using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>What holds between modules: dependencies exist and make no circle, names differ by more than case, artifacts are made
/// once.</summary>
internal static class ModuleGraph
{
    private const int LongestCircle = 12;

    /// <param name="declared">Every name under <c>modules</c>, of a module that cannot be read too.</param>
    public static void Check(IReadOnlyList<PlacedModule> modules, IEnumerable<string> declared, DefinitionProblems problems)
    {
        var names = modules.Select(m => m.Module.Name).Concat(declared).ToHashSet(StringComparer.Ordinal);
        var twins = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var makers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var module in modules)
        {
            if (!twins.TryAdd(module.Module.Name, module.Module.Name))
                problems.Add(
                    module.At, $"'{module.Module.Name}' and '{twins[module.Module.Name]}' differ by case only.",
                    "GitHub shows them as one: choose another name.");
            foreach (var dependency in module.DependsOn.Where(d => !names.Contains(d.Text)))
                problems.Add(
                    dependency, $"There is no module {TextRules.Quote(dependency.Text)}.",
                    Nearest(dependency.Text, names.Where(n => n != module.Module.Name)));
            foreach (var (artifact, at) in module.ArtifactsAt)
            {
                if (!makers.TryAdd(artifact, module.Module.Name) && makers[artifact] != module.Module.Name)
                    problems.Add(
                        at, $"The artifact '{artifact}' is made by the module '{makers[artifact]}' too.",
                        "Names of artifacts are unique in a file.");
            }
        }

        CheckCircles(modules, problems);
    }

    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var all = known.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var near = all.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? Spelling.Nearest(name, all, k => k.Length / 3)
            ?? all.FirstOrDefault(k => name.Length > 0 && (k.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                || name.StartsWith(k, StringComparison.OrdinalIgnoreCase)));
        if (near is not null)
            return $"Did you mean '{near}'?";
        return all.Count > 0 ? $"Known are {string.Join(", ", all.Take(10))}{(all.Count > 10 ? ", …" : ".")}" : null;
    }

    // Depth first; a dependency on a module that is still under way closes a circle. Without those dependencies no circle is left.
    private static void CheckCircles(IReadOnlyList<PlacedModule> modules, DefinitionProblems problems)
    {
        var unseen = modules.ToDictionary(m => m.Module.Name, StringComparer.Ordinal);
        foreach (var module in modules.Reverse())
            Follow(module, [], unseen, problems);
    }

    private static void Follow(
        PlacedModule module, List<string> path, Dictionary<string, PlacedModule> unseen, DefinitionProblems problems)
    {
        if (!unseen.Remove(module.Module.Name))
            return;
        path.Add(module.Module.Name);
        foreach (var dependency in module.DependsOn)
        {
            if (path.IndexOf(dependency.Text) is >= 0 and var start)
                problems.Add(
                    dependency, $"The modules wait for each other: {Describe([path[^1], .. path.Skip(start)])}.",
                    "Remove one of these dependencies.");
            else if (unseen.TryGetValue(dependency.Text, out var next))
                Follow(next, path, unseen, problems);
        }

        path.RemoveAt(path.Count - 1);
    }

    private static string Describe(List<string> circle) => string.Join(
        " → ", circle.Count > LongestCircle ? [.. circle.Take(LongestCircle - 1), "…", circle[^1]] : circle);
}
