using System.Globalization;
using System.Numerics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pipeline.Kernel.Yaml;

/// <summary>
/// Reads YAML into nodes with positions. Bounded in size, depth and expansion of aliases, so that no text takes long or much;
/// merge keys are applied, double keys reported.
/// </summary>
public sealed class YamlReader
{
    /// <summary>The longest text that is read.</summary>
    public const int MaxCharacters = 1 << 20;
    private const int MaxDepth = 40;
    private const int MaxNodes = 200_000;

    private readonly DefinitionProblems problems;
    private readonly Dictionary<string, (YamlNode Node, int Size)> anchors = new(StringComparer.Ordinal);
    private readonly IParser parser;
    private readonly UnicodeBreaks breaks;
    private int nodes;

    private YamlReader(string text, DefinitionProblems problems)
    {
        this.problems = problems;
        breaks = new UnicodeBreaks(text);
        parser = new Parser(new StringReader(breaks.Hidden));
    }

    /// <summary>Reads one document. Never throws for a text, whatever it holds.</summary>
    /// <returns>Null when the text is empty or broken; the problems say how.</returns>
    public static YamlNode? Read(string text, DefinitionProblems problems)
    {
        if (!CanBeRead(text, problems))
            return null;
        try
        {
            // A byte order mark is no column of the first line.
            return new YamlReader(text.StartsWith('\uFEFF') ? text[1..] : text, problems).ReadDocument();
        }
        catch (TooMuchException e)
        {
            problems.Add(e.Line, e.Column, e.Message, "Write it out, or split the file.");
        }
        catch (YamlException e)
        {
            var (line, column) = PlaceOf(e, text);
            if (Conflict(text) is { } conflict)
                problems.Add(conflict, 1, "A merge conflict was committed here.", "Resolve it, and remove its markers.");
            else
                problems.Add(line, column, $"This is not YAML: {Sentence(e)}", "Indent by spaces and quote texts with ':' or '#'.");
        }
#pragma warning disable CA1031 // The library may fail on a text in a way of its own: that is a broken definition, never our failure.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            problems.Add(1, 1, $"This is not YAML: {e.Message}", "Check the file with a YAML linter.");
        }

        return null;
    }

    private static bool CanBeRead(string text, DefinitionProblems problems)
    {
        if (text.Length > MaxCharacters)
        {
            problems.Add(
                1, 1, $"The file has {text.Length:N0} characters; at most {MaxCharacters:N0} are read.",
                "Move scripts into files of their own.");
            return false;
        }

        // The library takes a NUL for the end of the text, and would leave out what follows without a word.
        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var nul)
        {
            var before = text[..nul];
            problems.Add(
                before.Count(c => c == '\n') + 1, nul - before.LastIndexOf('\n'), "The file holds a NUL character.",
                "Save it as UTF-8 text.");
            return false;
        }

        return true;
    }

    private YamlNode? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return null;
        parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            problems.Add(
                (int)second.Start.Line, (int)second.Start.Column, "The file holds more than one YAML document.",
                "Remove the line '---'.");
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        var next = parser.Current ?? throw new YamlException("the file ends too early.");
        var (line, column) = ((int)next.Start.Line, (int)next.Start.Column);
        Count(1, line, column);
        if (depth > MaxDepth)
            throw new TooMuchException($"Nested deeper than {MaxDepth} levels.", line, column);
        var before = nodes;
        CheckTag(next, line, column);
        var anchor = next is NodeEvent { Anchor.IsEmpty: false } named ? named.Anchor.Value : null;
        YamlNode node = next switch
        {
            Scalar => ReadScalar(parser.Consume<Scalar>(), line, column),
            SequenceStart => ReadList(depth, line, column),
            MappingStart => ReadMap(depth, line, column),
            AnchorAlias => ReadAlias(parser.Consume<AnchorAlias>(), line, column),
            _ => throw new YamlException(next.Start, next.End, $"unexpected {next.GetType().Name}."),
        };
        if (anchor is not null)
            anchors[anchor] = (node, nodes - before + 1);
        return node;
    }

    // A tag asks for something other than what is written: what is not done must not be left out without a word.
    private void CheckTag(ParsingEvent node, int line, int column)
    {
        if (node is not NodeEvent { Tag: { IsEmpty: false } tag })
            return;
        var allowed = node switch
        {
            Scalar => "tag:yaml.org,2002:str",
            SequenceStart => "tag:yaml.org,2002:seq",
            _ => "tag:yaml.org,2002:map",
        };
        var shown = tag.IsNonSpecific ? "" : tag.Value.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal);
        if (tag.IsNonSpecific || tag.Value == allowed || (node is Scalar { Value: var text } && SaysWhatIsWritten(shown, text)))
            return;
        problems.Add(
            line, column, $"The tag '{shown}' is not supported here.",
            "Write the value itself, without a tag; in quotes where it is a text.");
    }

    private static bool SaysWhatIsWritten(string tag, string text) => tag switch
    {
        "!!int" => BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "!!float" => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
        "!!bool" => text is "true" or "false",
        _ => false,
    };

    private YamlScalar ReadScalar(Scalar scalar, int line, int column) =>
        new(breaks.Shown(scalar.Value), scalar is { Style: ScalarStyle.Plain, IsPlainImplicit: true }, line, column);

    private YamlList ReadList(int depth, int line, int column)
    {
        parser.Consume<SequenceStart>();
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(depth + 1));
        return new YamlList(items, line, column);
    }

    private YamlMap ReadMap(int depth, int line, int column)
    {
        parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        var merged = new List<YamlEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not YamlScalar name)
                problems.Add(key, $"A key must be a text, not {key.Kind}.");
            else if (name is { Text: "<<", IsPlain: true })
                Merge(name, value, merged);
            else if (!lines.TryAdd(name.Text, name.Line))
                problems.Add(name, $"The key '{name.Text}' is there twice.", $"It is first written in line {lines[name.Text]}; keep one.");
            else
                entries.Add(new YamlEntry(name, value));
        }

        // What is written outranks what is merged in, and the first merged map the later ones (YAML merge key type).
        foreach (var entry in merged.Where(e => lines.TryAdd(e.Key.Text, e.Key.Line)))
            entries.Add(entry);
        return new YamlMap(entries, line, column);
    }

    private void Merge(YamlScalar key, YamlNode value, List<YamlEntry> merged)
    {
        foreach (var source in value is YamlList list ? list.Items : [value])
        {
            if (source is YamlMap map)
            {
                Count(map.Entries.Count, key.Line, key.Column);
                merged.AddRange(map.Entries);
            }
            else
                problems.Add(key, $"'<<' merges maps, not {source.Kind}.", "Write <<: *anchor of a map.");
        }
    }

    // The node is shared, yet a reader walks it again: its size counts as if it were written out.
    private YamlNode ReadAlias(AnchorAlias alias, int line, int column)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var target))
        {
            problems.Add(
                line, column, $"The anchor '{alias.Value.Value}' is not defined above.",
                $"Write &{alias.Value.Value} where the value is.");
            return new YamlScalar("", true, line, column);
        }

        Count(target.Size, line, column);
        return target.Node;
    }

    private void Count(int more, int line, int column)
    {
        nodes += more;
        if (nodes > MaxNodes)
            throw new TooMuchException($"More than {MaxNodes:N0} values with all anchors written out.", line, column);
    }

    // The library points behind the end of an unfinished text, and at the start of the map when a tab indents a line in it.
    private static (int Line, int Column) PlaceOf(YamlException e, string text)
    {
        var lines = text.Split('\n');
        if (e.Message.Contains("tab", StringComparison.Ordinal))
        {
            var tab = Array.FindIndex(
                lines, Math.Clamp((int)e.Start.Line - 1, 0, lines.Length - 1), l => l.TrimStart(' ').StartsWith('\t'));
            if (tab >= 0)
                return (tab + 1, lines[tab].IndexOf('\t', StringComparison.Ordinal) + 1);
        }

        return (Math.Clamp((int)e.Start.Line, 1, lines.Length), Math.Max(1, (int)e.Start.Column));
    }

    // The line in which git put the first of two versions.
    private static int? Conflict(string text)
    {
        var lines = text.Split('\n');
        var start = Array.FindIndex(lines, l => l.StartsWith("<<<<<<< ", StringComparison.Ordinal));
        return start >= 0 && Array.FindIndex(lines, start, l => l.StartsWith(">>>>>>> ", StringComparison.Ordinal)) > 0 ? start + 1 : null;
    }

    private static string Sentence(YamlException e)
    {
        var text = (e.InnerException is YamlException inner ? inner : e).Message;
        var end = text.IndexOf("): ", StringComparison.Ordinal);
        return end > 0 && text.StartsWith('(') ? text[(end + 3)..] : text;
    }

    private sealed class TooMuchException(string message, int line, int column) : Exception(message)
    {
        public int Line => line;
        public int Column => column;
    }
}
