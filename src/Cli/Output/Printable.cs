namespace Pipeline.Cli.Output;

/// <summary>
/// Texts that somebody pushed, without what a terminal would obey: an escape sequence in a commit message must not move the cursor,
/// set a title or fake a line.
/// </summary>
internal static class Printable
{
    /// <summary>Line ends and tabs stay; every other control character is a mark of replacement.</summary>
    public static string Text(string text) => Replace(text, c => c is '\n' or '\t' ? c : '\uFFFD');

    /// <summary>Line ends and tabs become blanks, so that a value never looks like two.</summary>
    public static string InOneLine(string text) => Replace(text, c => c is '\n' or '\r' or '\t' ? ' ' : '\uFFFD');

    private static string Replace(string text, Func<char, char> control) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? control(c) : c)) : text;
}
