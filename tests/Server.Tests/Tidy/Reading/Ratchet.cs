using System.Globalization;

namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>
/// The debt that remains: <c>rule TAB key TAB number</c>, sorted. It only shrinks: a number that grew or a new key is an offence, and so is
/// a number that shrank while the file still says the old one.
/// </summary>
public sealed class Ratchet
{
    public const string Command = "TIDY_RATCHET=write tests/Server.Tests/bin/Debug/net10.0/Pipeline.Server.Tests --filter-class "
        + "'*TidyTests'";

    private readonly SortedDictionary<(string Rule, string Key), int> debts = new(Comparer<(string Rule, string Key)>.Create((a, b) =>
        string.CompareOrdinal(a.Rule, b.Rule) is var byRule and not 0 ? byRule : string.CompareOrdinal(a.Key, b.Key)));

    public static Ratchet Parse(string text)
    {
        var ratchet = new Ratchet();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is not [var rule, var key, var number])
                throw new FormatException($"ratchet.txt: '{line}' is not 'rule TAB key TAB number'.");
            ratchet.debts.Add((rule, key), int.Parse(number, CultureInfo.InvariantCulture));
        }

        return ratchet;
    }

    public IEnumerable<string> Rules => debts.Keys.Select(k => k.Rule).Distinct();

    public int TotalOf(string rule) => debts.Where(d => d.Key.Rule == rule).Sum(d => d.Value);

    /// <summary>Every finding that the file does not allow, and every line of the file that is out of date.</summary>
    public IReadOnlyList<string> Offences(Rule rule, IReadOnlyCollection<Finding> findings)
    {
        var offences = new List<string>();
        var found = Sums(findings);
        foreach (var (key, number) in found)
        {
            var allowed = rule.MayOwe ? debts.GetValueOrDefault((rule.Name, key)) : 0;
            if (number > allowed)
                offences.AddRange(
                    findings.Where(f => f.Key == key)
                    .Select(f => allowed == 0 ? $"{f}" : $"{f} ({number} of {key} where {allowed} are owed)"));
        }

        offences.AddRange(debts
            .Where(d => d.Key.Rule == rule.Name && found.GetValueOrDefault(d.Key.Key) < d.Value)
            .Select(d =>
                $"ratchet.txt: {rule.Name} of {d.Key.Key} is {found.GetValueOrDefault(d.Key.Key)}, no longer {d.Value}: rewrite the file"));
        return offences;
    }

    /// <summary>
    /// Takes the rule's findings as its debt. A moved file carries its debt along, so keys may be new; the sum must not grow.
    /// </summary>
    /// <returns>False, with nothing changed, when the sum would grow.</returns>
    public bool Accept(Rule rule, IReadOnlyCollection<Finding> findings, bool evenMore = false)
    {
        if (!rule.MayOwe || (!evenMore && findings.Sum(f => f.Number) > TotalOf(rule.Name)))
            return false;
        foreach (var old in debts.Keys.Where(k => k.Rule == rule.Name).ToList())
            debts.Remove(old);
        foreach (var (key, number) in Sums(findings))
            debts.Add((rule.Name, key), number);
        return true;
    }

    public override string ToString() =>
        string.Concat(debts.Select(d => $"{d.Key.Rule}\t{d.Key.Key}\t{d.Value.ToString(CultureInfo.InvariantCulture)}\n"));

    private static Dictionary<string, int> Sums(IEnumerable<Finding> findings) =>
        findings.GroupBy(f => f.Key).ToDictionary(g => g.Key, g => g.Sum(f => f.Number));
}
