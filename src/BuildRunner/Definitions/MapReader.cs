using System.Globalization;
using System.Text;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>Reads the typed fields of one map; what is wrong becomes a problem, and the default goes on so that all are found at
/// once.</summary>
internal sealed class MapReader
{
    private const int MaxValue = 32_768;

    private readonly Dictionary<string, YamlEntry> entries = new(StringComparer.Ordinal);
    private readonly DefinitionProblems problems;

    public MapReader(YamlMap map, Keys keys, DefinitionProblems problems)
    {
        this.problems = problems;
        Map = map;
        foreach (var entry in map.Entries)
        {
            if (Keys.IsFree(entry.Key.Text))
                continue;
            if (keys.Known.Contains(entry.Key.Text))
                entries[entry.Key.Text] = entry;
            else
            {
                var (message, hint) = keys.Explain(entry.Key.Text);
                problems.Add(entry.Key, char.ToUpperInvariant(message[0]) + message[1..], hint);
            }
        }
    }

    public YamlMap Map { get; }

    public bool Has(string key) => entries.ContainsKey(key);

    /// <summary>Where to point when the field is meant: its key, or the map when it is missing.</summary>
    public YamlNode At(string key) => entries.TryGetValue(key, out var entry) ? entry.Value : Map;

    public YamlNode? Node(string key) => entries.TryGetValue(key, out var entry) ? entry.Value : null;

    public string? Text(string key, bool required = false, int max = 1000)
    {
        if (Node(key) is not { } node)
        {
            if (required)
                problems.Add(Map, $"'{key}' is missing.");
            return null;
        }

        if (node is not YamlScalar { IsNull: false } scalar)
            return Wrong<string>(key, node, "text");
        if (string.IsNullOrWhiteSpace(scalar.Text))
        {
            problems.Add(node, $"'{key}' must not be empty.");
            return null;
        }

        return Encoding.UTF8.GetByteCount(scalar.Text) > max
            ? Wrong<string>(key, node, string.Create(CultureInfo.InvariantCulture, $"text of at most {max:N0} bytes"))
            : scalar.Text;
    }

    /// <summary>The name of a container image: one word.</summary>
    public string? Image()
    {
        var image = Text("image", max: 300);
        if (image is not null && image.Any(c => char.IsWhiteSpace(c) || (char.IsControl(c) && c != '\0')))
            problems.Add(At("image"), $"{TextRules.Quote(image)} cannot name an image.", "Write it without spaces, such as debian:13.");
        return image;
    }

    public int Integer(string key, int fallback, int min, int max) => Scalar(
        key, fallback, s => Values.Number(s) is { } n && n >= min && n <= max && n == decimal.Truncate(n) ? (int)n : null,
        $"a whole number from {min} to {max}", QuoteHint);

    public decimal Number(string key, decimal fallback, decimal min, decimal max) => Scalar(
        key, fallback, s => Values.Number(s) is { } n && n >= min && n <= max ? Math.Round(n, 3) : null,
        string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"), QuoteHint);

    public double Seconds(string key, double fallback) => Scalar(
        key, fallback, s => Values.Duration(s.Text), "a duration", _ => "Write 90s, 15m or 2h: a number with its unit, at most 7 days.");

    public decimal Megabytes(string key, decimal fallback) => Scalar(
        key, fallback, s => Values.SizeMb(s.Text), "a size", _ => "Write 256MB or 1GiB: a number with its unit, at most 16 TiB.");

    /// <param name="read">Null for what it cannot be.</param>
    private T Scalar<T>(string key, T fallback, Func<YamlScalar, T?> read, string expected, Func<YamlNode, string?> hint) where T : struct
    {
        if (Node(key) is not { } node)
            return fallback;
        if (node is YamlScalar scalar && read(scalar) is { } value)
            return value;
        Wrong<string>(key, node, expected, hint(node));
        return fallback;
    }

    public YamlMap? MapOf(string key) => Node(key) switch
    {
        null => null,
        YamlMap map => map,
        { } other => Wrong<YamlMap>(key, other, "a map"),
    };

    public IReadOnlyList<YamlNode> List(string key, int max) => Node(key) switch
    {
        null => [],
        YamlList list when list.Items.Count <= max => list.Items,
        YamlList list => Wrong<IReadOnlyList<YamlNode>>(key, list, $"a list of at most {max} items") ?? [],
        { } other => Wrong<IReadOnlyList<YamlNode>>(key, other, "a list", "Begin each item with '- '.") ?? [],
    };

    /// <summary>Environment variables: names as a shell takes them, values as written.</summary>
    public IReadOnlyDictionary<string, string> Variables(string key)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in MapOf(key)?.Entries ?? [])
        {
            if (!Values.IsVariable(entry.Key.Text))
                problems.Add(
                    entry.Key, $"{TextRules.Quote(entry.Key.Text)} cannot name an environment variable.",
                    "Use up to 128 letters, digits and '_'; do not begin with a digit.");
            else if (entry.Key.Text.StartsWith("PIPELINE_", StringComparison.Ordinal))
                problems.Add(
                    entry.Key, $"'{entry.Key.Text}': names that start with PIPELINE_ are set by the server.", "Choose another name.");
            else if (entry.Value is not YamlScalar value)
                problems.Add(entry.Value, $"The value of '{entry.Key.Text}' must be text, not {TextRules.Describe(entry.Value)}.");
            else if (value.Text.Length > MaxValue)
                problems.Add(
                    value,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The value of '{entry.Key.Text}' has {value.Text.Length:N0} characters; at most {MaxValue:N0} are possible."),
                    "Put it into a file of the repository.");
            else
                variables[entry.Key.Text] = value.IsNull ? "" : value.Text;
        }

        return variables;
    }

    private static string? QuoteHint(YamlNode node) =>
        node is YamlScalar { IsPlain: false } s && Values.Number(s with { IsPlain = true }) is not null ? "Write it without quotes." : null;

    private T? Wrong<T>(string key, YamlNode node, string expected, string? hint = null) where T : class
    {
        problems.Add(node, $"'{key}' must be {expected}, not {TextRules.Describe(node)}.", hint);
        return null;
    }
}
