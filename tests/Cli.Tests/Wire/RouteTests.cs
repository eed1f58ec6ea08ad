using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Wire;

/// <summary>What an operator reads who gives a route to another deployable.</summary>
public sealed class RouteTests
{
    private const string InUse = """
        {"status":409,"code":"route-in-use","detail":"web runs in production with the route /shop.","hint":"Transfer the route.",
         "traceId":"4bf9"}
        """;

    [Fact]
    public async Task A_transfer_says_what_was_done()
    {
        await using var server = Sample.WithRepository()
            .On("POST /api/v1/routes/transfer", 200, """{"detail":"web2 has the route /shop in production now."}""");

        var ran = await Run.LineAsync(server, "route transfer production /shop web2 -R acme/web -m sold");

        Assert.Equal(0, ran.Code);
        Assert.Contains("Done: web2 has the route /shop in production now.", ran.Out + ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_in_use_is_refused_with_what_to_do()
    {
        await using var server = FakeServer.Start().On("POST /api/v1/routes/release", 409, InUse);

        var ran = await Run.LineAsync(server, "route release production /shop -m unused");

        Assert.Equal((7, ""), (ran.Code, ran.Out));
        Assert.Equal(
            "error: web runs in production with the route /shop. (route-in-use)\n  Transfer the route.\n  trace 4bf9\n", ran.Error);
    }

    [Theory]
    [InlineData("route transfer production /shop web2 -R acme/web")]
    [InlineData("route release production /shop")]
    public async Task A_change_without_a_reason_is_not_sent(string line)
    {
        await using var server = Sample.WithEverything();

        var ran = await Run.LineAsync(server, line);

        Assert.Equal(2, ran.Code);
        Assert.Contains("--reason", ran.Error, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task A_new_owner_of_a_repository_that_is_not_known_is_refused_before_anything_is_sent()
    {
        await using var server = FakeServer.Start().Otherwise(200, Sample.Empty);

        var ran = await Run.LineAsync(server, "route transfer production /shop web2 -R acme/typo -m sold");

        Assert.NotEqual(0, ran.Code);
        Assert.Contains("acme/typo", ran.Error, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }
}
