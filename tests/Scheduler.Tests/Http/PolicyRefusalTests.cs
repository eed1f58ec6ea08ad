using System.Net;
using System.Net.Http.Json;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Tests.Http;

public sealed class PolicyRefusalTests(PolicyServer server) : IClassFixture<PolicyServer>
{
    private const string Web = PolicyServer.Web;
    private const string Report = PolicyServer.Report;
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string, string, string, string> Malformed => new()
    {
        { "POST", Web + "/scale", "{}", "/instances" },
        { "POST", Web + "/scale", "", "/instances" },
        { "POST", Web + "/scale", """{"instances": -1}""", "/instances" },
        { "POST", Web + "/scale", """{"instances": 3, "durationSeconds": 0}""", "/durationSeconds" },
        { "POST", Web + "/scale", """{"instances": 3, "durationSeconds": -5}""", "/durationSeconds" },
        { "POST", Web + "/scale", """{"instances": 3, "durationSeconds": 1e12}""", "/durationSeconds" },
        { "POST", Web + "/scale", $$"""{"instances": 3, "reason": "{{new string('x', 281)}}"}""", "/reason" },
        { "POST", Web + "/pause", """{"durationSeconds": -1}""", "/durationSeconds" },
        { "POST", Web + "/bounce", """{"incremental": true, "atATime": 0}""", "/atATime" },
        { "POST", Web + "/bounce", """{"atATime": 3}""", "/atATime" },
        { "POST", Web + "/skip-health", """{"durationSeconds": 0}""", "/durationSeconds" },
        { "POST", Web + "/priority", "{}", "/priority" },
        { "POST", Web + "/priority", """{"priority": 1.1}""", "/priority" },
        { "POST", Web + "/priority", """{"priority": -0.1}""", "/priority" },
        { "POST", Report + "/run", """{"runId": "no spaces"}""", "/runId" },
        { "POST", Report + "/run", $$"""{"runId": "{{new string('x', 101)}}"}""", "/runId" },
        { "POST", Report + "/run", """{"runAt": "2099-01-01T00:00:00Z"}""", "/runAt" },
        { "POST", Report + "/run", """{"arguments": ["a", null]}""", "/arguments" },
        { "POST", Report + "/run", """{"environment": {"1A": "x"}}""", "/environment" },
        { "POST", Report + "/run", """{"environment": {"PIPELINE_SERVER": "http://evil"}}""", "/environment" },
        { "POST", Report + "/run", """{"resources": {"cpus": 0}}""", "/resources/cpus" },
        { "POST", Report + "/run", """{"resources": {"memoryMb": -1}}""", "/resources/memoryMb" },
        { "POST", Report + "/run", """{"resources": {"diskMb": -1}}""", "/resources/diskMb" },
        { "POST", Report + "/run", """{"resources": {"ports": 101}}""", "/resources/ports" },
        { "POST", "/api/v1/clusters/test/deploys/v1/advance", """{"decision": "maybe"}""", "/decision" },
        { "POST", "/api/v1/clusters/test/deploys/v1/advance", """{"decision": "reject"}""", "/reason" },
        { "POST", "/api/v1/clusters/test/priority-freeze", "{}", "/level" },
        { "POST", "/api/v1/clusters/test/priority-freeze", """{"level": 0}""", "/level" },
        { "POST", "/api/v1/tasks/v1.1.1/kill", """{"destroy": true, "replace": true}""", "/replace" },
    };

    [Theory, Trait("fact", "131"), Trait("fact", "133")]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_is_refused_with_its_field_and_changes_nothing(string method, string path, string body,
        string pointer)
    {
        var (status, problem) = await server.SendAsync(method, path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(pointer, problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
        Assert.All(problem.GetProperty("errors").EnumerateArray(), e => Assert.NotEmpty(e.GetProperty("detail").GetString()!));
        Assert.Empty((await server.Http.GetFromJsonAsync<RequestView>(Web, None))!.Changes);
    }

    [Fact]
    public async Task All_fields_that_are_wrong_are_told_at_once()
    {
        var (_, problem) = await server.SendAsync("POST", Web + "/scale", $$"""{"durationSeconds": 0, "reason": "{{new string('x', 300)}}"}""");
        Assert.Equal(["/instances", "/reason", "/durationSeconds"],
            problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
    }

    [Theory]
    [InlineData("POST", "/api/v1/clusters/none/requests/api-web/pause", 404, "cluster-not-found")]
    [InlineData("POST", "/api/v1/clusters/test/requests/none/pause", 404, "not-found")]
    [InlineData("POST", "/api/v1/clusters/test/requests/api-web/unpause", 409, "not-paused")]
    [InlineData("DELETE", "/api/v1/clusters/test/requests/api-web/scale", 409, "not-scaled")]
    [InlineData("DELETE", "/api/v1/clusters/test/requests/api-web/bounce", 409, "no-bounce")]
    [InlineData("POST", "/api/v1/clusters/test/requests/api-web/exit-cooldown", 409, "not-cooling-down")]
    [InlineData("POST", "/api/v1/clusters/test/requests/api-web/run", 422, "wrong-kind")]
    [InlineData("POST", "/api/v1/clusters/test/requests/report/bounce", 422, "wrong-kind")]
    [InlineData("DELETE", "/api/v1/clusters/test/priority-freeze", 409, "not-frozen")]
    [InlineData("POST", "/api/v1/clusters/test/deploys/none/cancel", 404, "not-found")]
    [InlineData("GET", "/api/v1/clusters/test/requests/none", 404, "request-not-found")]
    [InlineData("GET", "/api/v1/clusters/test/deploys/none", 404, "deploy-not-found")]
    [InlineData("GET", "/api/v1/commands/first", 400, "invalid-parameter")]
    [InlineData("GET", "/api/v1/commands/999999", 404, "command-not-found")]
    public async Task What_the_leader_refuses_says_why(string method, string path, int expected, string code)
    {
        var (status, problem) = await server.SendAsync(method, path, "");
        Assert.Equal((expected, code), ((int)status, problem.GetProperty("type").GetString()));
        Assert.NotEmpty(problem.GetProperty("hint").GetString()!);
    }
}
