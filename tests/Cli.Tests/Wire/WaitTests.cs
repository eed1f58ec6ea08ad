using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Wire;

/// <summary><c>--wait</c>: an operator's change until it is done, or until its time is over.</summary>
public sealed class WaitTests
{
    private const string Agents = "GET /api/v1/clusters/production/agents";
    private const string Deploy = "GET /api/v1/clusters/production/deploys/d1";

    [Theory]
    [InlineData("freeze", "active, 2 tasks|frozen, 2 tasks")]
    [InlineData("drain", "draining, 2 tasks|draining, 0 tasks|frozen, 1 tasks|frozen, 0 tasks")]
    [InlineData("decommission", "draining, 0 tasks|decommissioned, 1 tasks|decommissioned, 0 tasks")]
    [InlineData("activate", "frozen, 0 tasks|active, 0 tasks")]
    public async Task A_change_of_an_agent_waits_until_it_is_reached_and_says_each_step(string verb, string states)
    {
        var steps = states.Split('|');
        // The first look is for the change itself.
        await using var server = Sample.WithEverything().Sequence(Agents, [.. steps.Prepend(steps[0]).Select(Agent)]);
        string[] confirm = verb == "decommission" ? ["--confirm", "a1"] : [];
        var done = await Run.FastAsync(server, ["agent", verb, "a1", "--wait", .. confirm]);
        Assert.Equal((0, ""), (done.Code, done.Out));
        Assert.Equal(string.Join('\n', steps.Prepend("Done.")) + "\n", done.Error);
    }

    [Fact]
    public async Task Without_wait_nothing_is_read_again()
    {
        await using var server = Sample.WithEverything();
        Assert.Equal(0, (await Run.LineAsync(server, "agent drain a1")).Code);
        Assert.False(server.Seen[^1].Reads);
    }

    [Fact]
    public async Task A_wait_that_takes_too_long_ends_with_exit_8_and_says_where_to_ask_why()
    {
        await using var server = Sample.WithEverything().On(Agents, 200, Agent("draining, 2 tasks"));
        var stopped = await Run.FastAsync(server, "agent", "drain", "a1", "--wait", "--timeout", "5s");
        Assert.Equal(8, stopped.Code);
        Assert.Equal(
            "Done.\ndraining, 2 tasks\nerror: Not done after 5s: draining, 2 tasks. The work goes on.\n"
            + "  For what it waits for, run the same command with 'why' in place of its verb.\n",
            stopped.Error);
    }

    [Fact]
    public async Task A_scale_waits_until_as_many_run_and_are_healthy()
    {
        await using var server = Sample.WithRequest()
            .Sequence("GET /api/v1/requests", [.. new[] { 3, 3, 5 }.Select(n => Sample.Page(Request(n, "")))])
            .Sequence(Deploy, """{"healthyInstances":3}""", """{"healthyInstances":4}""", """{"healthyInstances":5}""")
            .On("POST /api/v1/clusters/production/requests/billing-api/scale", 202, Sample.Accepted);
        var done = await Run.FastAsync(server, "request", "scale", "billing-api", "5", "--wait");
        Assert.Equal(0, done.Code);
        Assert.Equal("Done.\nactive, 3 tasks, 3 healthy\nactive, 5 tasks, 4 healthy\nactive, 5 tasks, 5 healthy\n", done.Error);
    }

    [Theory]
    [InlineData("bounce", "bounce:3||", "active, 3 tasks, 3 healthy")]
    [InlineData("unpause", "pause:0||", "active, 0 tasks, 3 healthy|active, 3 tasks, 3 healthy")]
    [InlineData("pause", "|pause:2|pause:0", "active, 3 tasks, 3 healthy|active, 2 tasks, 3 healthy|active, 0 tasks, 3 healthy")]
    public async Task A_change_of_a_request_waits_until_it_is_in_force_or_over(string verb, string changes, string said)
    {
        var reads = changes.Split('|')
            .Select(c => c.Split(':') is [var change, var active] ? Request(int.Parse(active, null), change) : Request(3, ""))
            .ToList();
        await using var server = Sample.WithRequest()
            .Sequence("GET /api/v1/requests", [.. reads.Prepend(reads[0]).Select(r => Sample.Page(r))])
            .On(Deploy, 200, """{"healthyInstances":3}""")
            .On($"POST /api/v1/clusters/production/requests/billing-api/{verb}", 202, Sample.Accepted);
        var done = await Run.FastAsync(server, "request", verb, "billing-api", "--wait");
        Assert.Equal(0, done.Code);
        Assert.Equal("Done.\n" + said.Replace('|', '\n') + "\n", done.Error);
    }

    [Fact]
    public async Task A_pause_that_keeps_its_tasks_does_not_wait_for_their_end()
    {
        await using var server = Sample.WithRequest().On("GET /api/v1/requests", 200, Sample.Page(Request(3, "pause")))
            .On("POST /api/v1/clusters/production/requests/billing-api/pause", 202, Sample.Accepted);
        server.On(Deploy, 200, """{"healthyInstances":3}""");
        var done = await Run.FastAsync(server, "request", "pause", "billing-api", "--keep-tasks", "--wait");
        Assert.Equal((0, "Done.\nactive, 3 tasks, 3 healthy\n"), (done.Code, done.Error));
    }

    [Fact]
    public async Task A_refused_change_is_not_waited_for()
    {
        await using var server = Sample.WithEverything().On(
            "POST /api/v1/clusters/production/agents/a1/freeze", 409,
            """{"code":"agent-dead","title":"Refused.","detail":"a1 is dead.","hint":"Wait for its return."}""");
        var refused = await Run.LineAsync(server, "agent freeze a1 --wait");
        Assert.Equal((7, "error: a1 is dead. (agent-dead)\n  Wait for its return.\n"), (refused.Code, refused.Error));
        Assert.False(server.Seen[^1].Reads);
    }

    private static string Agent(string state) => Sample.Page($$"""
        {"cluster":"production","id":"x-1","host":"a1","state":"{{state.Split(',')[0]}}","tasks":{{state.Split(' ')[1]}},"seenAt":"1"}
        """);

    private static string Request(int active, string change) => $$"""
        {"cluster":"production","id":"billing-api","state":"active","activeDeploy":"d1","activeTasks":{{active}},
         "changes":[{{(change.Length == 0 ? "" : $$"""{"what":"{{change}}"}""")}}]}
        """;
}
