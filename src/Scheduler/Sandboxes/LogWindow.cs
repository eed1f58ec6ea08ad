using System.Text;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>
/// Agents are read by bytes and answer with text, in which a character that the window cuts has become U+FFFD: here a window is cut
/// back to whole characters, so that the next one begins with the character that this one cut.
/// </summary>
internal static class LogWindow
{
    private const char Replacement = '\uFFFD';
    private const int LongestCharacter = 4;

    /// <param name="data">What <paramref name="bytes"/> bytes of the log were read as.</param>
    /// <param name="bytes">How many bytes of the log were read.</param>
    /// <param name="isLast">Nothing will follow: a character that is cut stays cut.</param>
    /// <returns>The text to show, and how many bytes it stands for: 0 when the rest of the only character is still to come.</returns>
    public static (string Text, int Bytes) WholeCharacters(string data, int bytes, bool isLast)
    {
        var head = data.TrimEnd(Replacement);
        if (isLast || head.Length == data.Length)
            return (data, bytes);
        if (head.Length == 0)
            return bytes < LongestCharacter ? ("", 0) : (data, bytes);

        // At the very start, each replacement is one byte of a character that an arbitrary offset cut.
        var cut = head.Length - head.TrimStart(Replacement).Length;
        var whole = cut + Encoding.UTF8.GetByteCount(head.AsSpan(cut));
        var plausible = cut < LongestCharacter && bytes - whole is > 0 and < LongestCharacter;
        return plausible ? (head, whole) : (data, bytes);
    }

    /// <summary>A text that begins somewhere in a line, from its first whole line on; as it is when it has none.</summary>
    public static string FromFirstLine(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end >= 0 && end + 1 < text.Length ? text[(end + 1)..] : text.TrimStart(Replacement);
    }

    /// <summary>The last lines; a line feed at the very end begins no line. Null when the text has fewer.</summary>
    public static string? LastLines(string text, int lines)
    {
        var at = text.EndsWith('\n') ? text.Length - 1 : text.Length;
        for (var found = 0; found < lines; found++)
        {
            at = at > 0 ? text.LastIndexOf('\n', at - 1) : -1;
            if (at < 0)
                return null;
        }

        return text[(at + 1)..];
    }
}
