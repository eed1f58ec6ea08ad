using Pipeline.Cli.Tests.Kit;
namespace Pipeline.Cli.Tests;

/// <summary>What operators do to clusters, deploys, and rarely to requests.</summary>
public sealed class ClusterTests
{
    private const string Done = """{"id":7,"cluster":"production","state":"accepted","code":null,"detail":null}""";
    private const string Request = """{"cluster":"production","id":"billing-api","kind":"service","state":"active","activeDeploy":"d1","activeTasks":3,"changes":[]}""";

    [Fact]
    public async Task Declined_offers_are_listed_with_their_reason()
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/clusters/production/offers/declined", 200,
            """{"items":[{"at":"2026-11-22T12:00:00Z","host":"a1","rack":"r1","resources":{"cpus":2,"memoryMb":512},"words":"nothing waits for a place","refusedForSeconds":3600}],"next":null}""");
        var (code, output, _) = await Run.Async(server, "cluster", "offers", "production", "--declined");
        Assert.Equal(0, code);
        Assert.Contains("nothing waits for a place", output, StringComparison.Ordinal);
        Assert.Contains("3600", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_freeze_of_priorities_has_a_level_and_an_end_and_is_lifted()
    {
        await using var server = FakeServer.Start()
            .On("POST /api/v1/clusters/production/priority-freeze", 202, Done)
            .On("DELETE /api/v1/clusters/production/priority-freeze", 202, Done);
        Assert.Equal(0, (await Run.Async(server, "cluster", "freeze", "production", "0.6", "--duration", "1h", "-m", "incident")).Code);
        Assert.Equal("""{"level":0.6,"kill":false,"reason":"incident","durationSeconds":3600}""", server.Seen.Single().Body);
        Assert.Equal((0, "Done.\n"), await LastAsync(server, "cluster", "thaw", "production"));
        Assert.Equal(2, (await Run.Async(server, "cluster", "freeze", "production", "seven")).Code);
    }

    [Fact]
    public async Task A_change_is_ended_before_its_time()
    {
        await using var server = FakeServer.Start()
            .On("GET /api/v1/requests", 200, $$"""{"items":[{{Request}}],"next":null}""")
            .On("DELETE /api/v1/clusters/production/requests/billing-api/scale", 202, Done);
        Assert.Equal((0, "Done.\n"), await LastAsync(server, "request", "end", "billing-api", "scale", "--acknowledged", "-m", "peak is over"));
        Assert.Contains("?acknowledged=true&reason=peak%20is%20over", server.Seen[^1].Request, StringComparison.Ordinal);
        Assert.Equal(2, (await Run.Async(server, "request", "end", "billing-api", "everything")).Code);
    }

    [Fact]
    public async Task A_group_of_a_deploy_is_accepted_and_a_run_is_cancelled_where_it_is()
    {
        await using var server = FakeServer.Start()
            .On("GET /api/v1/clusters/production/deploys/d1", 200, """{"cluster":"production","id":"d1","kind":"service"}""")
            .On("GET /api/v1/clusters/production/deploys/r1", 200, """{"cluster":"production","id":"r1","kind":"run-once"}""")
            .On("POST /api/v1/clusters/production/deploys/d1/advance", 202, Done)
            .On("POST /api/v1/clusters/production/runs/r1/cancel", 202, Done);
        Assert.Equal(0, (await Run.Async(server, "deploy", "advance", "d1", "--cluster", "production")).Code);
        Assert.Contains(server.Seen, s => s.Body == """{"decision":"accept","reason":null}""");
        Assert.Equal(0, (await Run.Async(server, "deploy", "cancel", "r1", "--cluster", "production", "-m", "stuck")).Code);
        Assert.Contains(server.Seen, s => s.Request.EndsWith("/runs/r1/cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_decides_about_much_wants_the_name_once_more()
    {
        await using var server = FakeServer.Start();
        Assert.Equal(2, (await Run.Async(server, "request", "remove", "billing-api")).Code);
        Assert.Equal(2, (await Run.Async(server, "cluster", "reset-framework", "production")).Code);
        Assert.Empty(server.Seen);
    }

    private static async Task<(int, string)> LastAsync(FakeServer server, params string[] words)
    {
        var (code, _, error) = await Run.Async(server, words);
        return (code, error);
    }
}
