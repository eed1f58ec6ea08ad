using System.Text.RegularExpressions;
using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary>Checks the names of stages and how they follow each other.</summary>
internal static partial class StageOrder
{
    /// <summary>Every stage has a name of its own, and follows a stage that there is, but not itself.</summary>
    public static void Check(PolicyConfig config, DefinitionProblems problems)
    {
        CheckNames(config, problems);
        var after = config.Stages.Where(s => s.Name is not null)
            .GroupBy(s => s.Name!.Text).ToDictionary(g => g.Key, g => g.First().After);
        foreach (var stage in config.Stages.Where(s => s.After is not null))
        {
            if (!after.ContainsKey(stage.After!.Text))
                problems.Add(
                    stage.After, $"There is no stage '{stage.After.Text}' to come after.",
                    $"the stages are {string.Join(", ", after.Keys)}");
            else if (IsCircle(stage.Name?.Text, after))
                problems.Add(stage.After, $"Stage '{stage.Name!.Text}' comes after itself.", "one stage must have no 'after'");
        }
    }

    private static void CheckNames(PolicyConfig config, DefinitionProblems problems)
    {
        var seen = new Dictionary<string, int>();
        foreach (var stage in config.Stages)
        {
            if (stage.Name is not { } name)
                problems.Add(stage.At, "A stage has no name.", "add name: NAME");
            else if (!NamePattern().IsMatch(name.Text))
                problems.Add(name, $"'{name.Text}' is not a stage's name.", "use lower-case letters, digits and dashes, at most 40");
            else if (!seen.TryAdd(name.Text, name.Line))
                problems.Add(name, $"Stage '{name.Text}' is written twice, first at line {seen[name.Text]}.", "rename or remove one");
        }
    }

    private static bool IsCircle(string? start, Dictionary<string, YamlScalar?> after)
    {
        var steps = 0;
        for (var at = start; at is not null && after.TryGetValue(at, out var before); at = before?.Text)
        {
            if (steps++ > 0 && at == start)
                return true;
            if (steps > after.Count)
                return false;
        }

        return false;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,39}\z")]
    private static partial Regex NamePattern();
}
