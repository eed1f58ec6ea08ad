using System.Text.Json;
using Pipeline.Cli.Output;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Units;

public sealed class OutputTests
{
    [Theory]
    [InlineData(false, "", "", "", "", "", true, true)]
    [InlineData(true, "", "1", "", "", "", true, false)]
    [InlineData(false, "1", "1", "", "", "", true, false)]
    [InlineData(false, "", "1", "", "", "", false, true)]
    [InlineData(false, "", "0", "", "", "", true, true)]
    [InlineData(false, "", "0", "", "", "", false, false)]
    [InlineData(false, "", "", "1", "", "", false, true)]
    [InlineData(false, "", "", "0", "", "", false, false)]
    [InlineData(false, "", "", "", "0", "", true, false)]
    [InlineData(false, "", "1", "", "0", "dumb", false, true)]
    [InlineData(false, "", "", "", "", "dumb", true, false)]
    [InlineData(false, "", "", "", "", "xterm", true, true)]
    [InlineData(false, "", "", "", "", "", false, false)]
    public void Colour_follows_the_conventions(
        bool flag, string noColor, string force, string cliForce, string cli, string term, bool terminal, bool expected)
    {
        var variables = new Dictionary<string, string?>
        {
            ["NO_COLOR"] = noColor, ["FORCE_COLOR"] = force, ["CLICOLOR_FORCE"] = cliForce, ["CLICOLOR"] = cli, ["TERM"] = term,
        };
        Assert.Equal(expected, ColorSupport.IsEnabled(flag, variables.GetValueOrDefault, terminal));
    }

    [Theory]
    [InlineData("2026-03-01T12:00:00Z", "0 s ago")]
    [InlineData("2026-03-01T12:05:00Z", "0 s ago")]
    [InlineData("2026-03-01T11:59:01Z", "59 s ago")]
    [InlineData("2026-03-01T11:59:00Z", "1 min ago")]
    [InlineData("2026-03-01T11:00:01Z", "59 min ago")]
    [InlineData("2026-03-01T11:00:00Z", "1 h ago")]
    [InlineData("2026-02-27T12:00:01Z", "47 h ago")]
    [InlineData("2026-02-27T12:00:00Z", "2 d ago")]
    [InlineData("2026-03-01T13:59:00+02:00", "1 min ago")]
    [InlineData("0123456789T123456789", "0123456789T123456789")]
    [InlineData("production", "production")]
    [InlineData("", "")]
    public void A_time_is_shown_as_its_age(string value, string shown) => Assert.Equal(shown, ForPeople.Format(value, Sample.Now));

    [Fact]
    public void Only_whole_commits_and_digests_are_shortened()
    {
        Assert.Equal("aaaaaaa", ForPeople.Short(Sample.Sha));
        Assert.Equal("sha256:bbbbbbbbbbbb", ForPeople.Short(Sample.Digest));
        foreach (var other in new[] { Sample.Sha[1..], Sample.Sha + "a", new string('z', 40), Sample.Digest[1..], new string('x', 71) })
            Assert.Equal(other, ForPeople.Short(other));
    }

    [Theory]
    [InlineData("a.b", "1")]
    [InlineData("a.none", "")]
    [InlineData("a.b.c", "")]
    [InlineData("none", "")]
    [InlineData("null", "")]
    [InlineData("yes", "yes")]
    [InlineData("no", "no")]
    [InlineData("list", "1, x, yes, ")]
    [InlineData("a", "{\"b\":1}")]
    public void Answers_are_read_leniently(string path, string text) => Assert.Equal(
        text,
        JsonDocument.Parse("""{"a":{"b":1},"null":null,"yes":true,"no":false,"list":[1,"x",true,null]}""").RootElement.Text(path));

    [Fact]
    public void Items_are_those_of_a_page_or_of_a_bare_list()
    {
        Assert.Equal(2, JsonDocument.Parse("[1,2]").RootElement.Items().Count());
        Assert.Single(JsonDocument.Parse("""{"items":[1]}""").RootElement.Items());
        Assert.Single(JsonDocument.Parse("""{"deep":{"list":[1]}}""").RootElement.Items("deep.list"));
        Assert.Empty(JsonDocument.Parse("""{"items":{}}""").RootElement.Items());
        Assert.Empty(JsonDocument.Parse("7").RootElement.Items());
    }
}
