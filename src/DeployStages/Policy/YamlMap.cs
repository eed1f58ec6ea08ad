using YamlDotNet.RepresentationModel;

namespace Pipeline.DeployStages.Policy;

/// <summary>Reads one YAML mapping and keeps the place of every value; wrong shapes become problems, never exceptions.</summary>
internal sealed class YamlMap
{
    private readonly Dictionary<string, YamlNode> values = [];
    private readonly PolicyProblems problems;

    /// <param name="known">The keys that mean something here.</param>
    /// <param name="later">Keys that the design has and this version does not run.</param>
    public YamlMap(YamlMappingNode node, string what, string[] known, string[] later, PolicyProblems problems)
    {
        this.problems = problems;
        Line = (int)node.Start.Line;
        Column = (int)node.Start.Column;
        foreach (var (key, value) in node.Children)
            Take(key, value, what, known, later);
    }

    public int Line { get; }

    public int Column { get; }

    public bool Has(string key) => values.ContainsKey(key);

    public Located<string>? Text(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return null;
        if (node is YamlScalarNode { Value: { Length: > 0 } text })
            return new Located<string>(text, (int)node.Start.Line, (int)node.Start.Column);
        problems.Add(node.Start.Line, node.Start.Column, $"'{key}' must be one value.", $"write {key}: VALUE");
        return null;
    }

    public YamlMap? Map(string key, string[] known, string[] later)
    {
        if (!values.TryGetValue(key, out var node))
            return null;
        if (node is YamlMappingNode map)
            return new YamlMap(map, key, known, later, problems);
        problems.Add(node.Start.Line, node.Start.Column, $"'{key}' must be a mapping.", $"write {key}: {{ {string.Join(", ", known)} }}");
        return null;
    }

    /// <summary>A mapping whose keys are names, not words of the language.</summary>
    public IReadOnlyList<KeyValuePair<Located<string>, Located<string>>> Names(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return [];
        if (node is YamlMappingNode map)
            return [.. map.Children.Select(pair => KeyValuePair.Create(Scalar(pair.Key), Scalar(pair.Value)))];
        problems.Add(node.Start.Line, node.Start.Column, $"'{key}' must be a mapping of names.", $"write {key}: {{ release-managers: 1 }}");
        return [];
    }

    public IReadOnlyList<Located<string>> List(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return [];
        if (node is YamlSequenceNode list)
            return [.. list.Children.Select(Scalar)];
        problems.Add(node.Start.Line, node.Start.Column, $"'{key}' must be a list.", $"write {key}: [VALUE]");
        return [];
    }

    private Located<string> Scalar(YamlNode node)
    {
        if (node is not YamlScalarNode)
            problems.Add(node.Start.Line, node.Start.Column, "One value is expected here.", null);
        return new Located<string>((node as YamlScalarNode)?.Value ?? "", (int)node.Start.Line, (int)node.Start.Column);
    }

    private void Take(YamlNode key, YamlNode value, string what, string[] known, string[] later)
    {
        var name = (key as YamlScalarNode)?.Value ?? "";
        if (later.Contains(name))
            problems.Add(
                key.Start.Line, key.Start.Column, $"'{name}' is not available in this version.",
                "remove it; it would not be enforced");
        else if (!known.Contains(name))
            problems.Add(key.Start.Line, key.Start.Column, $"'{name}' is not a key of {what}.", Hint(name, known));
        else
            values[name] = value;
    }

    private static string Hint(string name, string[] known)
    {
        var near = known.MinBy(k => Distance(k, name))!;
        return Distance(near, name) <= 2 ? $"did you mean '{near}'?" : $"the keys are {string.Join(", ", known)}";
    }

    // Edit distance: enough for typing errors.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[b.Length];
    }
}
