namespace Pipeline.BuildRunner.Definitions;

/// <summary>A YAML value with the place it was written at. Lines and columns count from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, as a message names it.</summary>
    public abstract string Kind { get; }
}

/// <param name="IsPlain">Written without quotes: only then it may be a number, a boolean or null (YAML 1.2).</param>
internal sealed record YamlScalar(string Text, bool IsPlain, int Line, int Column) : YamlNode(Line, Column)
{
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : $"'{(Text.Length > 40 ? Text[..40] + "…" : Text).ReplaceLineEndings(" ")}'";
}

internal sealed record YamlList(IReadOnlyList<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column)
{
    public override string Kind => "a list";
}

/// <param name="Entries">In the order of the file; keys are unique.</param>
internal sealed record YamlMap(IReadOnlyList<YamlEntry> Entries, int Line, int Column) : YamlNode(Line, Column)
{
    public override string Kind => "a map";
}

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
