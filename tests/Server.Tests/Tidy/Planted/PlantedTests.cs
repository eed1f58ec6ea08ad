using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Planted;

/// <summary>A rule that cannot fail is worthless: each finds what is planted for it, all of it and nothing else.</summary>
public sealed class PlantedTests
{
    private static readonly PlantedCase[] Cases = [.. ShapeCases.All, .. BoundaryCases.All, .. BudgetCases.All, .. WordCases.All,
        .. HygieneCases.All];

    public static TheoryData<string> Rules => [.. RuleBook.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_finds_what_is_planted_for_it_and_nothing_else(string name)
    {
        var planted = Cases.Where(c => c.Rule == name).ToList();

        Assert.NotEmpty(planted);
        foreach (var one in planted)
        {
            var find = one.Instead ?? RuleBook.All.Single(r => r.Name == name).Find;
            var found = find(SourceTree.Of(one.Files)).ToList();
            Assert.Equal(one.Offences.Order(StringComparer.Ordinal), found.Select(f => f.At).Order(StringComparer.Ordinal));
            Assert.All(found, f => Assert.Contains(": ", f.ToString()));
        }
    }
}
