namespace Pipeline.Kernel.Yaml;

/// <summary>
/// Three characters that ended lines in YAML 1.1 and are plain text in YAML 1.2, as in every editor: the library takes them for line ends
/// and would split or fold texts that hold one. It is given others in their place, which the file has not.
/// </summary>
internal sealed class UnicodeBreaks
{
    private const string Breaks = "\u0085\u2028\u2029";
    private readonly string standIns;

    public UnicodeBreaks(string text)
    {
        standIns = text.AsSpan().IndexOfAny(Breaks) < 0 ? "" : string.Concat(PrivateUse.Where(c => !text.Contains(c)).Take(Breaks.Length));
        Hidden = Replaced(text, Breaks, standIns);
    }

    private static IEnumerable<char> PrivateUse => Enumerable.Range(0xE000, 0x1900).Select(c => (char)c);

    /// <summary>The text for the library.</summary>
    public string Hidden { get; }

    /// <summary>What the library read, as it was written.</summary>
    public string Shown(string text) => Replaced(text, standIns, Breaks);

    // Nothing is replaced where nothing is to be hidden, nor in a text that holds all 6,400 characters.
    private string Replaced(string text, string from, string to)
    {
        for (var i = 0; i < Breaks.Length && standIns.Length == Breaks.Length; i++)
            text = text.Replace(from[i], to[i]);
        return text;
    }
}
