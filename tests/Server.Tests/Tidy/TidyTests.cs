using Pipeline.Server.Tests.Tidy.Reading;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Tidy;

/// <summary>
/// The repository keeps its own rules. Each rule lists every offence as <c>file:line: what, and how to fix it</c>; what was there before
/// the rule waits in <c>ratchet.txt</c>, which only shrinks.
/// </summary>
public sealed class TidyTests
{
    private static readonly string RatchetFile = Path.Combine(RepositoryRoot.Path, "tests", "Server.Tests", "Tidy", "ratchet.txt");
    private static readonly Lock Writing = new();

    public static TheoryData<string> Rules => [.. RuleBook.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_source_keeps_the_rule(string name)
    {
        var rule = RuleBook.All.Single(r => r.Name == name);
        var findings = rule.Find(SourceTree.OfRepository).ToList();
        var offences = Ratchet.Parse(File.ReadAllText(RatchetFile)).Offences(rule, findings);
        if (offences.Count > 0 && Environment.GetEnvironmentVariable("TIDY_RATCHET") is { } how
            && Rewritten(rule, findings, how == "reset"))
            return;

        Assert.True(
            offences.Count == 0,
            $"{name}: {offences.Count} offences\n{string.Join('\n', offences)}\nDebt was paid, or moved? {Ratchet.Command}");
    }

    [Fact]
    public void The_ratchet_file_is_sorted_and_knows_only_rules_that_there_are()
    {
        var text = File.ReadAllText(RatchetFile);
        var ratchet = Ratchet.Parse(text);

        Assert.Equal(ratchet.ToString(), text);
        Assert.Empty(ratchet.Rules.Except(RuleBook.All.Where(r => r.MayOwe).Select(r => r.Name)));
    }

    private static bool Rewritten(Rule rule, List<Finding> findings, bool evenMore)
    {
        lock (Writing)
        {
            var ratchet = Ratchet.Parse(File.ReadAllText(RatchetFile));
            if (!ratchet.Accept(rule, findings, evenMore))
                return false;
            File.WriteAllText(RatchetFile, ratchet.ToString());
            return true;
        }
    }
}
