using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>What a deployable says of a stage must be of a stage that there is: of any other it would change nothing, without a
/// word.</summary>
internal static class StageRules
{
    /// <param name="root">The whole file; null when it is no map.</param>
    /// <param name="known">The stages of the server.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static void Check(YamlMap? root, IReadOnlyCollection<string> known, DefinitionProblems problems)
    {
        var named = MapsAt(root, "deployables").SelectMany(d => d.Entries).Where(e => !Keys.IsFree(e.Key.Text))
            .SelectMany(d => MapsAt(d.Value as YamlMap, "stages")).SelectMany(s => s.Entries.Select(e => e.Key));
        foreach (var name in named.Where(n => Values.IsName(n.Text) && !Keys.IsFree(n.Text) && !known.Contains(n.Text)))
        {
            problems.Add(
                name, $"There is no stage '{name.Text}' on this server.",
                Spelling.Nearest(name.Text, known, _ => 2) is { } near
                    ? $"Did you mean '{near}'?"
                    : $"Its stages are: {string.Join(", ", known)}.");
        }
    }

    private static IEnumerable<YamlMap> MapsAt(YamlMap? map, string key) =>
        (map?.Entries ?? []).Where(e => e.Key.Text == key).Select(e => e.Value).OfType<YamlMap>();
}
