namespace Pipeline.Kernel.Yaml;

/// <summary>Finds what somebody meant to write.</summary>
public static class Spelling
{
    /// <summary>The known word nearest to the given one, at most <paramref name="most"/> single-character edits away; null when
    /// none is.</summary>
    public static string? Nearest(string word, IEnumerable<string> known, Func<string, int> most) => known
        .Select(k => (Word: k, Distance: Distance(k, word)))
        .Where(k => k.Distance <= most(k.Word))
        .OrderBy(k => k.Distance)
        .FirstOrDefault().Word;

    /// <summary>Single-character edits from one word to the other (Levenshtein); large for words of very different lengths.</summary>
    public static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 3)
            return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
