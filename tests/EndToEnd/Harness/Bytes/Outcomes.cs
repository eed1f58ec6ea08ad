using System.Globalization;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>Compares what became of many inputs with what is right, line by line.</summary>
public static class Outcomes
{
    /// <param name="right">A line for each input; one that ends in … says how it begins.</param>
    /// <param name="seen">The same of the product.</param>
    public static void Are(string right, IEnumerable<string> seen)
    {
        var (wanted, got) = (right.Split('\n'), seen.Select(Visible).ToList());
        string[] wrong =
        [
            .. wanted.Where(w => !got.Exists(g => Is(w, g))).Select(l => $"right: {l}"),
            .. got.Where(g => !Array.Exists(wanted, w => Is(w, g))).Select(l => $"seen:  {l}"),
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
        Assert.Equal(wanted.Length, got.Count);
    }

    /// <summary>In one line, with the characters that nobody sees as their numbers.</summary>
    public static string Visible(string text) => string.Concat(text.Select(c => c switch
    {
        '\n' => "⏎",
        _ when char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
        _ => c.ToString(),
    }));

    private static bool Is(string right, string seen) =>
        right.EndsWith('…') ? seen.StartsWith(right[..^1], StringComparison.Ordinal) : seen.TrimEnd() == right.TrimEnd();
}
