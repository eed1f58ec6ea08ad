using Pipeline.Kernel.Text;

namespace Pipeline.GitWebhooks.Core;

/// <summary>Makes a text fit into a commit status.</summary>
internal static class StatusText
{
    /// <summary>GitHub cuts nothing: a longer description is refused (422).</summary>
    public const int MaxDescription = 140;

    /// <summary>One line of at most 140 characters; never half a character, neither cut here nor found in the text.</summary>
    public static string Fit(string description)
    {
        var text = string.Concat(description.EnumerateRunes()).Replace("\0", "", StringComparison.Ordinal);
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxDescription ? line : ByteText.Cut(line, MaxDescription - 1) + "…";
    }
}
