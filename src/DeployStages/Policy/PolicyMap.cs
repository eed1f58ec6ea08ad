using Pipeline.Kernel.Yaml;

namespace Pipeline.DeployStages.Policy;

/// <summary>One mapping of the policy. Unknown keys and wrong shapes become problems, never exceptions.</summary>
internal sealed class PolicyMap
{
    private readonly Dictionary<string, YamlNode> values;
    private readonly DefinitionProblems problems;

    /// <summary>Reports the keys that mean nothing.</summary>
    public PolicyMap(YamlMap map, PolicyKeys keys, DefinitionProblems problems)
    {
        this.problems = problems;
        At = map;
        values = map.Entries.Where(e => keys.Check(e.Key, problems)).ToDictionary(e => e.Key.Text, e => e.Value);
    }

    /// <summary>Where the mapping starts.</summary>
    public YamlNode At { get; }

    /// <summary>A single value; null when the key is absent.</summary>
    public YamlScalar? Text(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return null;
        if (node is YamlScalar { IsNull: false, Text.Length: > 0 } scalar)
            return scalar;
        problems.Add(node, $"'{key}' must be one value.", $"write {key}: VALUE");
        return null;
    }

    /// <summary>A mapping with keys of the language; null when the key is absent.</summary>
    public PolicyMap? Map(string key, PolicyKeys keys)
    {
        if (!values.TryGetValue(key, out var node))
            return null;
        if (node is YamlMap map)
            return new PolicyMap(map, keys, problems);
        problems.Add(node, $"'{key}' must be a mapping.", $"write {key}: {{ {string.Join(", ", keys.Known)} }}");
        return null;
    }

    /// <summary>A mapping from names of groups to values.</summary>
    public IReadOnlyList<GroupConfig> Groups(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return [];
        if (node is YamlMap map)
            return [.. map.Entries.Select(e => new GroupConfig(e.Key, Single(e.Value)))];
        problems.Add(node, $"'{key}' must be a mapping of names.", $"write {key}: {{ release-managers: 1 }}");
        return [];
    }

    /// <summary>A list of single values; null when the key is absent.</summary>
    public IReadOnlyList<YamlScalar>? List(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return null;
        if (node is YamlList list)
            return [.. list.Items.Select(Single)];
        problems.Add(node, $"'{key}' must be a list.", $"write {key}: [VALUE]");
        return [];
    }

    private YamlScalar Single(YamlNode node)
    {
        if (node is YamlScalar scalar)
            return scalar;
        problems.Add(node, $"A single value is expected here, not {node.Kind}.");
        return new YamlScalar("", true, node.Line, node.Column);
    }
}
