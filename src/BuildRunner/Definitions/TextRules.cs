using Pipeline.Kernel.Text;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>What PostgreSQL and UTF-8 cannot hold must not come out of a definition: neither in a value nor in a message that quotes
/// one. An escape such as <c>"\0"</c> writes a NUL in a file that has none.</summary>
internal static class TextRules
{
    private const int LongestQuote = 60;

    /// <summary>Adds a problem for each text that cannot be stored, wherever it stands.</summary>
    public static void Check(YamlNode? node, DefinitionProblems problems)
    {
        if (node is YamlScalar scalar)
            CheckText(scalar, problems);
        foreach (var item in (node as YamlList)?.Items ?? [])
            Check(item, problems);
        foreach (var entry in (node as YamlMap)?.Entries ?? [])
        {
            CheckText(entry.Key, problems);
            Check(entry.Value, problems);
        }
    }

    /// <summary>The problem with every character that cannot be stored replaced by U+FFFD.</summary>
    public static DefinitionProblem Storable(DefinitionProblem problem) => problem with
    {
        Message = Storable(problem.Message),
        Hint = problem.Hint is null ? null : Storable(problem.Hint),
    };

    /// <summary>As a message quotes a text: its beginning, in one line.</summary>
    public static string Quote(string text)
    {
        var shown = text.Length > LongestQuote ? ByteText.Cut(text, LongestQuote) + "…" : text;
        return $"'{shown.ReplaceLineEndings(" ")}'";
    }

    /// <summary>What a value is, as a message names it.</summary>
    public static string Describe(YamlNode node) => node is YamlScalar { IsNull: false } scalar ? Quote(scalar.Text) : node.Kind;

    private static void CheckText(YamlScalar scalar, DefinitionProblems problems)
    {
        if (scalar.Text.Contains('\0', StringComparison.Ordinal))
            problems.Add(scalar, "The text holds a NUL character, which cannot be stored.", "Remove the escape \\0, \\x00 or \\u0000.");
        if (HasLoneSurrogate(scalar.Text))
            problems.Add(
                scalar, "The text holds half of a surrogate pair, which is no character.",
                "Write the character itself, or \\U and its 8 hex digits.");
    }

    // Half a surrogate pair enumerates as U+FFFD.
    private static string Storable(string text) =>
        string.Concat(text.Replace('\0', '\uFFFD').EnumerateRunes().Select(r => r.ToString()));

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}
