using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Planted;

/// <summary>The ratchet turns one way.</summary>
public sealed class RatchetTests
{
    private static readonly Rule Rule = new("rule", true, _ => []);

    [Fact]
    public void Debt_that_is_written_down_passes_and_nothing_else_does()
    {
        var ratchet = Ratchet.Parse("rule\ta\t2\n");

        Assert.Empty(ratchet.Offences(Rule, [Of("a"), Of("a")]));
        Assert.Equal(3, ratchet.Offences(Rule, [Of("a"), Of("a"), Of("a")]).Count);
        Assert.Equal(["f:1: what"], ratchet.Offences(Rule, [Of("a"), Of("a"), Of("b")]));
    }

    [Fact]
    public void Debt_that_was_paid_must_leave_the_file()
    {
        var ratchet = Ratchet.Parse("other\ta\t5\nrule\ta\t2\nrule\tb\t1\n");

        var offences = ratchet.Offences(Rule, [Of("a")]);

        Assert.Equal(2, offences.Count);
        Assert.Contains("rule of a is 1, no longer 2", offences[0]);
        Assert.Contains("rule of b is 0, no longer 1", offences[1]);
    }

    [Fact]
    public void A_rule_without_debt_takes_none_from_the_file()
    {
        var strict = Rule with { MayOwe = false };
        var ratchet = Ratchet.Parse("rule\ta\t2\n");

        Assert.Equal("f:1: what", Assert.Single(ratchet.Offences(strict, [Of("a", 2)])));
        Assert.False(ratchet.Accept(strict, [Of("a")]));
    }

    [Fact]
    public void Rewriting_takes_a_smaller_sum_and_moved_files_but_no_greater_sum()
    {
        var ratchet = Ratchet.Parse("other\tz\t9\nrule\told\t2\n");

        Assert.False(ratchet.Accept(Rule, [Of("old", 2), Of("new")]));
        Assert.Equal("other\tz\t9\nrule\told\t2\n", ratchet.ToString());

        Assert.True(ratchet.Accept(Rule, [Of("moved", 2)]));
        Assert.Equal("other\tz\t9\nrule\tmoved\t2\n", ratchet.ToString());

        Assert.True(ratchet.Accept(Rule, [Of("moved")]));
        Assert.Equal("other\tz\t9\nrule\tmoved\t1\n", ratchet.ToString());

        Assert.True(ratchet.Accept(Rule, [Of("moved", 5)], evenMore: true));
        Assert.Equal(5, ratchet.TotalOf("rule"));
    }

    [Fact]
    public void A_line_of_another_form_is_refused()
    {
        Assert.Throws<FormatException>(() => Ratchet.Parse("rule a 2\n"));
        Assert.Throws<ArgumentException>(() => Ratchet.Parse("rule\ta\t2\nrule\ta\t3\n"));
    }

    [Theory]
    [InlineData("ab bc", "")]
    [InlineData("ab ba", "ab")]
    [InlineData("ab bc ca de ed fa", "abc de")]
    [InlineData("ab bc cd db", "bcd")]
    [InlineData("aa ab", "")]
    [InlineData("ab bc cb ca", "abc")]
    public void Circles_are_the_strongly_connected_parts(string edges, string circles) =>
        Assert.Equal(
            circles, string.Join(' ', Circles.Of(edges.Split(' ').Select(e => ($"{e[0]}", $"{e[1]}"))).Select(c => string.Concat(c))));

    private static Finding Of(string key, int number = 1) => new("f:1", key, "what", number);
}
