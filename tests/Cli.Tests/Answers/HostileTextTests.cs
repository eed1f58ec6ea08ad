using System.Text.Json;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Answers;

/// <summary>What somebody pushed or typed reaches the terminal as text and nothing else, in every form of output.</summary>
public sealed class HostileTextTests
{
    private const string Hostile = "x\u001b[2J\u0007 [red]y[/]\r\nz\tq";

    private static readonly string Json = JsonSerializer.Serialize(Hostile);

    [Theory]
    [InlineData(false, "x\uFFFD[2J\uFFFD [red]y[/]  z q")]
    [InlineData(true, "x\uFFFD[2J\uFFFD")] // the rest of the cell wraps
    public async Task In_a_table(bool terminal, string shown)
    {
        await using var server = FakeServer.Start().Otherwise(200, $$"""{"items":[{"name":{{Json}}}],"next":null}""");

        var ran = await Run.Async(server, terminal, "cluster", "list");

        Assert.Equal(0, ran.Code);
        Assert.Contains(shown, ran.Out, StringComparison.Ordinal);
        AssertHarmless(ran.Out);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_an_object_also_where_it_is_nested_or_a_name(bool terminal)
    {
        await using var server = FakeServer.Start().Otherwise(
            200, $$$"""{"name":{{{Json}}},{{{Json}}}:"value","deep":{"inner":{{{Json}}}},"many":["a",{{{Json}}}]}""");

        var ran = await Run.Async(server, terminal, "cluster", "show", "qa");

        Assert.Equal(0, ran.Code);
        Assert.Contains("x\uFFFD[2J\uFFFD [red]y[/]\uFFFD\nz\tq", ran.Out, StringComparison.Ordinal);
        Assert.Contains("\\u001b[2J", ran.Out, StringComparison.OrdinalIgnoreCase); // nested, it is JSON, which escapes it
        AssertHarmless(ran.Out);
    }

    [Fact]
    public async Task In_an_error_its_fields_its_hint_and_its_trace()
    {
        await using var server = FakeServer.Start().Otherwise(
            422, $$"""{"title":{{Json}},"hint":{{Json}},"traceId":{{Json}},"errors":[{"pointer":{{Json}},"detail":{{Json}}}]}""");

        var ran = await Run.LineAsync(server, "cluster show qa");

        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.StartsWith("error: x\uFFFD[2J\uFFFD [red]y[/]\uFFFD\nz\tq", ran.Error, StringComparison.Ordinal);
        AssertHarmless(ran.Error);
    }

    [Fact]
    public async Task Under_json_it_is_what_the_server_sent_and_escaped()
    {
        await using var server = FakeServer.Start().Otherwise(200, $$"""{"name":{{Json}}}""");

        var ran = await Run.LineAsync(server, "cluster show qa --json");

        Assert.Equal(Hostile, JsonDocument.Parse(ran.Out).RootElement.GetProperty("name").GetString());
        AssertHarmless(ran.Out);
    }

    private static void AssertHarmless(string text) =>
        Assert.DoesNotContain(text, c => char.IsControl(c) && c is not ('\n' or '\t'));
}
