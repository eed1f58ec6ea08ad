using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>What holds between modules: dependencies exist and make no circle, names differ by more than case, artifacts are made
/// once.</summary>
internal static class ModuleGraph
{
    public static void Check(IReadOnlyList<PlacedModule> modules, DefinitionProblems problems)
    {
        var names = modules.Select(m => m.Module.Name).ToHashSet(StringComparer.Ordinal);
        var twins = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var makers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var module in modules)
        {
            if (!twins.TryAdd(module.Module.Name, module.Module.Name))
                problems.Add(
                    module.At, $"'{module.Module.Name}' and '{twins[module.Module.Name]}' differ by case only.",
                    "GitHub shows them as one: choose another name.");
            foreach (var dependency in module.DependsOn.Where(d => !names.Contains(d.Text)))
                problems.Add(dependency, $"There is no module '{dependency.Text}'.", Nearest(dependency.Text, names));
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
        var all = known.Order(StringComparer.Ordinal).ToList();
        var near = all.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase)
            || k.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(k, StringComparison.OrdinalIgnoreCase));
        return near is not null ? $"Did you mean '{near}'?" : all.Count > 0 ? $"There are {string.Join(", ", all.Take(10))}." : null;
    }

    // Peels off modules whose dependencies are peeled; what is left waits for itself.
    private static void CheckCircles(IReadOnlyList<PlacedModule> modules, DefinitionProblems problems)
    {
        var left = modules.GroupBy(m => m.Module.Name, StringComparer.Ordinal).ToDictionary(
            g => g.Key, g => g.First(), StringComparer.Ordinal);
        while (left.Values.Where(m => !m.Module.DependsOn.Any(left.ContainsKey)).ToList() is { Count: > 0 } free)
        {
            foreach (var module in free)
                left.Remove(module.Module.Name);
        }

        if (left.Count == 0)
            return;
        var circle = Circle(left);
        var first = left[circle[0]];
        problems.Add(
            first.DependsOn.First(d => d.Text == circle[1]),
            $"The modules wait for each other: {string.Join(" → ", circle)}.",
            "Remove one of these dependencies.");
    }

    private static List<string> Circle(Dictionary<string, PlacedModule> left)
    {
        var path = new List<string>();
        var name = left.Keys.Order(StringComparer.Ordinal).First();
        while (!path.Contains(name))
        {
            path.Add(name);
            name = left[name].Module.DependsOn.First(left.ContainsKey);
        }

        return [.. path.Skip(path.IndexOf(name)), name];
    }
}
