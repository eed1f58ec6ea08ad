namespace Pipeline.LocalMesos.Resources;

/// <summary>Sets of whole numbers as sorted, disjoint, inclusive ranges.</summary>
internal static class RangeMath
{
    public static List<(long From, long To)> Union(IEnumerable<(long From, long To)> a, IEnumerable<(long From, long To)> b)
    {
        var result = new List<(long From, long To)>();
        foreach (var range in a.Concat(b).OrderBy(r => r.From))
        {
            if (result.Count > 0 && range.From <= result[^1].To + 1)
                result[^1] = (result[^1].From, Math.Max(result[^1].To, range.To));
            else
                result.Add(range);
        }

        return result;
    }

    public static List<(long From, long To)> Subtract(IReadOnlyList<(long From, long To)> a, IReadOnlyList<(long From, long To)> b)
    {
        var rest = a.ToList();
        foreach (var cut in b)
            rest = [.. rest.SelectMany(r => Without(r, cut))];
        return rest;
    }

    private static IEnumerable<(long From, long To)> Without((long From, long To) range, (long From, long To) cut)
    {
        if (cut.To < range.From || cut.From > range.To)
        {
            yield return range;
            yield break;
        }

        if (cut.From > range.From)
            yield return (range.From, cut.From - 1);
        if (cut.To < range.To)
            yield return (cut.To + 1, range.To);
    }
}
