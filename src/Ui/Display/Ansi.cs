using System.Text.RegularExpressions;

namespace Pipeline.Ui.Display;

/// <summary>Removes terminal control sequences (ECMA-48 CSI and OSC) where text is shown without colours.</summary>
internal static partial class Ansi
{
    public static string Strip(string text) => Sequence().Replace(text, "");

    [GeneratedRegex("\u001b(\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(\u0007|\u001b\\\\)|[@-Z\\\\-_])|\r", RegexOptions.NonBacktracking)]
    private static partial Regex Sequence();
}
