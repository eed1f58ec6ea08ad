using Pipeline.Cli.Tests.Kit;
namespace Pipeline.Cli.Tests;

/// <summary>What operators do to agents, racks and requests.</summary>
public sealed class OperatorTests
{
    private const string Clusters = """{"items":[{"name":"production"}],"next":null}""";
    private const string Done = """{"id":7,"cluster":"production","state":"accepted","code":null,"detail":null}""";
    private const string Request = """{"cluster":"production","id":"billing-api","kind":"service","state":"active","activeDeploy":"d1","activeTasks":3,"changes":[]}""";

    [Fact]
    public async Task Drain_sends_reason_and_end_and_waits_until_the_agent_is_empty()
    {
        await using var server = WithAgent("frozen", 0).On("POST /api/v1/clusters/production/agents/a1/drain", 202, Done);
        var (code, output, error) = await Run.Async(server, "agent", "drain", "a1", "--reason", "new disk", "--duration", "4h", "--kill-at-end", "--wait");
        Assert.Equal((0, ""), (code, output));
        Assert.Equal("Done.\nfrozen, 0 tasks\n", error);
        var posted = server.Seen.Single(s => s.Request.StartsWith("POST", StringComparison.Ordinal));
        Assert.Equal("""{"reason":"new disk","durationSeconds":14400,"atExpiry":"kill"}""", posted.Body);
    }

    [Fact]
    public async Task Waiting_ends_with_its_own_code_when_the_agent_is_not_empty_in_time()
    {
        await using var server = WithAgent("draining", 2).On("POST /api/v1/clusters/production/agents/a1/drain", 202, Done);
        var (code, _, error) = await Run.Async(server, "agent", "drain", "a1", "--wait", "--timeout", "0.01s");
        Assert.Equal(8, code);
        Assert.Contains("draining, 2 tasks", error);
    }

    [Fact]
    public async Task A_refusal_is_told_as_the_server_says_it()
    {
        await using var server = WithAgent("dead", 0).On(
            "POST /api/v1/clusters/production/agents/a1/freeze", 409,
            """{"type":"https://pipeline/problems/agent-dead","code":"agent-dead","title":"The scheduler refused it.","detail":"a1 is dead.","hint":"Wait for its return."}""");
        var (code, _, error) = await Run.Async(server, "agent", "freeze", "a1");
        Assert.Equal(7, code);
        Assert.Equal("error: a1 is dead. (agent-dead)\n  Wait for its return.\n", error);
    }

    [Fact]
    public async Task A_decommission_wants_the_name_once_more()
    {
        await using var server = WithAgent("active", 2).On("POST /api/v1/clusters/production/agents/a1/decommission", 202, Done);
        Assert.Equal(2, (await Run.Async(server, "agent", "decommission", "a1")).Code);
        Assert.DoesNotContain(server.Seen, s => s.Request.StartsWith("POST", StringComparison.Ordinal));
        Assert.Equal(0, (await Run.Async(server, "agent", "decommission", "a1", "--confirm", "a1")).Code);
    }

    [Fact]
    public async Task A_scale_waits_until_as_many_are_healthy()
    {
        await using var server = FakeServer.Start()
            .On("GET /api/v1/requests", 200, $$"""{"items":[{{Request}}],"next":null}""")
            .On("GET /api/v1/clusters/production/deploys/d1", 200, """{"healthyInstances":3}""")
            .On("POST /api/v1/clusters/production/requests/billing-api/scale", 202, Done);
        var (code, _, error) = await Run.Async(server, "request", "scale", "billing-api", "3", "-m", "peak", "--duration", "90s", "--wait");
        Assert.Equal((0, "Done.\nactive, 3 tasks, 3 healthy\n"), (code, error));
        Assert.Equal(
            """{"instances":3,"acknowledged":false,"reason":"peak","durationSeconds":90}""",
            server.Seen.Single(s => s.Request.StartsWith("POST", StringComparison.Ordinal)).Body);
    }

    [Fact]
    public async Task A_why_lists_what_stands_in_the_way_in_its_order()
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/tasks/t1/why", 200,
            """{"subject":"t1","state":"pending","summary":"needs 4 cpus","blockers":[{"code":"cpus","text":"too few cpus","agents":3,"racks":["b"],"needed":"4","best":"2"},{"code":"frozen","text":"frozen","agents":7}]}""");
        var (code, output, _) = await Run.Async(server, "task", "why", "t1");
        Assert.Equal(0, code);
        Assert.Equal("t1: needs 4 cpus\ncpus\t3\tb\t4\t2\ttoo few cpus\nfrozen\t7\t\t\t\tfrozen\n", output);
    }

    [Theory]
    [InlineData("agent", "drain", "a1", "--duration", "soon")]
    [InlineData("agent", "drain", "a1", "--kill-at-end")]
    [InlineData("request", "scale", "billing-api", "many")]
    [InlineData("request", "run", "billing-api", "--env", "NOVALUE")]
    public async Task What_is_not_clear_is_refused_before_anything_is_asked(params string[] args)
    {
        await using var server = WithAgent("active", 1).On("GET /api/v1/requests", 200, $$"""{"items":[{{Request}}],"next":null}""");
        Assert.Equal(2, (await Run.Async(server, args)).Code);
        Assert.DoesNotContain(server.Seen, s => s.Request.StartsWith("POST", StringComparison.Ordinal));
    }

    private static FakeServer WithAgent(string state, int tasks) => FakeServer.Start()
        .On("GET /api/v1/clusters", 200, Clusters)
        .On("GET /api/v1/clusters/production/agents", 200,
            $$"""{"items":[{"cluster":"production","id":"x-1","host":"a1","rack":"r1","state":"{{state}}","tasks":{{tasks}},"seenAt":"2026-03-01T12:00:00Z"}],"next":null}""");
}
