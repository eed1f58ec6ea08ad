using System.Text.RegularExpressions;

namespace Pipeline.Server.Tests.Tidy.Words;

/// <summary>The one list of words that no identifier of ours has, and how an identifier falls into words.</summary>
public static partial class Vocabulary
{
    /// <summary>Endings of type names that say nothing of what the type is.</summary>
    public static readonly string[] Suffixes =
        ["Manager", "Helper", "Helpers", "Service", "Util", "Utils", "Utility", "Impl", "Base", "Doors", "Parts", "Desk", "Deed"];

    /// <summary>Private slang, and the word of the field for it. Two words stand for the two in a row.</summary>
    public static readonly IReadOnlyDictionary<string, string> Slang = new Dictionary<string, string>
    {
        ["Deed"] = "operator action",
        ["Deeds"] = "operator actions",
        ["Wish"] = "pending task",
        ["Wishes"] = "pending tasks",
        ["Desk"] = "queue",
        ["Door"] = "endpoint",
        ["Doors"] = "dependencies",
        ["Border"] = "inbox",
        ["Obey"] = "handle",
        ["Obeys"] = "handles",
        ["Obeyed"] = "handled",
        ["Hear"] = "handle",
        ["Hears"] = "handles",
        ["Heard"] = "received",
        ["Take Up"] = "recover",
        ["Takes Up"] = "recovers",
        ["Taken Up"] = "recovered",
        ["Meet"] = "handle",
        ["Stranger"] = "unknown task",
        ["Strangers"] = "unknown tasks",
        ["Told"] = "recorded",
        ["Tell"] = "notify, record or write",
        ["Tells"] = "notifies, records or writes",
        ["Asked"] = "requested",
        ["Owed"] = "pending",
        ["Decline Book"] = "offer filter",
        ["Curtain"] = "partial class",
        ["Mercy"] = "tolerance",
        ["Bystander"] = "observer",
    };

    /// <summary>
    /// The slang in an identifier. A name that is a sentence (with underscores: a test's) is plain English, and may use any word.
    /// </summary>
    public static IEnumerable<string> SlangIn(string identifier)
    {
        if (identifier.Contains('_', StringComparison.Ordinal))
            return [];
        var words = $" {string.Join(' ', Hump().Matches(identifier).Select(m => m.Value))} ";
        return Slang.Keys.Where(s => words.Contains($" {s} ", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex Hump();
}
