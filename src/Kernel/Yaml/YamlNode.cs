using Pipeline.Kernel.Text;

namespace Pipeline.Kernel.Yaml;

/// <summary>A YAML value with the place it was written at.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, as a message names it.</summary>
    public abstract string Kind { get; }
}

/// <summary>A text, a number, a boolean or nothing.</summary>
/// <param name="Text">As written, without quotes.</param>
/// <param name="IsPlain">Written without quotes: only then it may be a number, a boolean or null (YAML 1.2).</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record YamlScalar(string Text, bool IsPlain, int Line, int Column) : YamlNode(Line, Column)
{
    /// <summary>One of YAML's words for nothing, or nothing at all.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Kind => IsNull
        ? "nothing"
        : $"'{(Text.Length > 40 ? ByteText.Cut(Text, 40) + "…" : Text).ReplaceLineEndings(" ")}'";
}

/// <summary>A sequence.</summary>
/// <param name="Items">In the order of the file.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record YamlList(IReadOnlyList<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping.</summary>
/// <param name="Entries">In the order of the file; keys are unique.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record YamlMap(IReadOnlyList<YamlEntry> Entries, int Line, int Column) : YamlNode(Line, Column)
{
    /// <summary>A mapping that is not in the file, where its keys would stand.</summary>
    public static YamlMap Absent { get; } = new([], 1, 1);

    /// <inheritdoc/>
    public override string Kind => "a map";
}

/// <summary>One key of a mapping and its value.</summary>
/// <param name="Key">The key with its place.</param>
/// <param name="Value">The value with its place.</param>
public sealed record YamlEntry(YamlScalar Key, YamlNode Value);
