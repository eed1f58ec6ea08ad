using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Scheduler.Tests;

/// <summary>Holds <c>docs/conformance.md</c> against the tests: no fact without a row, no row that names a test which does not hold
/// it.</summary>
public sealed partial class ConformanceTests
{
    private const int Last = 156;

    /// <summary>Numbers that the list of facts does not use.</summary>
    private static readonly int[] Unused = [4, 5, 16, 25, 26, 36, 37, 43, 44, 48, 53, 61, 66, 72, 83, 95];

    private static readonly string Root = FindRoot();

    private static readonly IReadOnlyList<(int Fact, string Said, string Shown)> Rows =
    [
        .. File.ReadLines(Path.Combine(Root, "docs", "conformance.md")).Select(l => Row().Match(l)).Where(m => m.Success)
            .SelectMany(m => Numbers(m).Select(n => (n, m.Groups["said"].Value, m.Groups["shown"].Value))),
    ];

    /// <summary>By test class: the facts that its tests say they hold.</summary>
    private static readonly ILookup<string, int> Held = HeldIn("");

    private static ILookup<string, int> HeldIn(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, "tests", folder), "*Tests.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .SelectMany(f => Fact().Matches(File.ReadAllText(f))
            .Select(m => (Class: Path.GetFileNameWithoutExtension(f), Fact: Number(m.Groups[1]))))
        .ToLookup(h => h.Class, h => h.Fact, StringComparer.Ordinal);

    [Fact]
    public void Every_fact_has_one_row_in_its_order()
    {
        var expected = Enumerable.Range(1, Last).Except(Unused);
        Assert.Equal(expected, Rows.Select(r => r.Fact));
        Assert.All(Rows, r => Assert.True(r.Said.Trim().Length > 0 && r.Shown.Trim().Length > 0, $"row {r.Fact} is empty"));
    }

    [Fact]
    public void Every_row_names_a_test_that_says_it_holds_the_fact_or_says_why_there_is_none()
    {
        string[] reasons = ["decided otherwise", "not the scheduler", "cannot be", "by construction"];
        var wrong = new List<string>();
        foreach (var (fact, _, shown) in Rows)
        {
            var named = TestClass().Matches(shown).Select(m => m.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
            if (named.Count == 0 && !reasons.Any(r => shown.Contains(r, StringComparison.Ordinal)))
                wrong.Add($"{fact}: names no test, and gives no reason ({string.Join(", ", reasons)})");
            wrong.AddRange(named.Where(c => !Held[c].Contains(fact)).Select(c => $"{fact}: {c} has no [Trait(\"fact\", \"{fact}\")]"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_test_that_says_it_holds_a_fact_is_named_in_its_row()
    {
        var shown = Rows.ToDictionary(r => r.Fact, r => r.Shown);
        var wrong = Held.SelectMany(h => h.Distinct().Select(fact => (Class: h.Key, Fact: fact)))
            .Where(h => !shown.TryGetValue(h.Fact, out var text) || !text.Contains($"`{h.Class}`", StringComparison.Ordinal))
            .Select(h => $"{h.Fact}: {h.Class} holds it").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>What the source says, the compiled tests say too: a trait in a comment holds nothing.</summary>
    [Fact]
    public void The_traits_in_the_source_are_those_of_the_tests()
    {
        var compiled = typeof(ConformanceTests).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods().SelectMany(m => m.GetCustomAttributes(typeof(TraitAttribute), false).Cast<TraitAttribute>())
                .Where(a => a.Name == "fact").Select(a => (t.Name, Fact: int.Parse(a.Value, CultureInfo.InvariantCulture))))
            .Distinct().Order();
        Assert.Equal(HeldIn("Scheduler.Tests").SelectMany(h => h.Distinct().Select(f => (h.Key, f))).Order(), compiled);
    }

    private static IEnumerable<int> Numbers(Match row)
    {
        var from = Number(row.Groups["from"]);
        return Enumerable.Range(from, (row.Groups["to"].Success ? Number(row.Groups["to"]) : from) - from + 1);
    }

    private static int Number(Group text) => int.Parse(text.ValueSpan, CultureInfo.InvariantCulture);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "docs", "conformance.md")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("docs/conformance.md is not above the tests");
        return folder;
    }

    [GeneratedRegex(@"^\| (?<from>\d+)(–(?<to>\d+))? \| (?<said>[^|]*) \| (?<shown>[^|]*) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z]+Tests)`")]
    private static partial Regex TestClass();

    [GeneratedRegex("Trait\\(\"fact\", \"(\\d+)\"\\)")]
    private static partial Regex Fact();
}
