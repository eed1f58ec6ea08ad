using System.Net;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>What is asked of agents, racks, lists and the framework, and cannot be.</summary>
public sealed class MachineRefusalTests(PolicyServer server) : IClassFixture<PolicyServer>
{
    private const string Cluster = "/api/v1/clusters/test";

    public static TheoryData<string, string, string, string> Malformed
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            foreach (var machine in new[] { "/agents/host1", "/racks/rack1" })
            {
                foreach (var action in new[] { "freeze", "drain", "decommission", "activate" })
                {
                    data.Add("POST", $"{Cluster}{machine}/{action}", """{"durationSeconds": -1}""", "/durationSeconds");
                    data.Add("POST", $"{Cluster}{machine}/{action}", """{"durationSeconds": 60, "atExpiry": "burn"}""", "/atExpiry");
                    data.Add("POST", $"{Cluster}{machine}/{action}", """{"reason": "  "}""", "/reason");
                }

                data.Add("POST", $"{Cluster}{machine}/freeze", """{"durationSeconds": 60, "atExpiry": "kill"}""", "/atExpiry");
                data.Add("POST", $"{Cluster}{machine}/activate", """{"durationSeconds": 60, "atExpiry": "kill"}""", "/atExpiry");
                data.Add("POST", $"{Cluster}{machine}/drain", """{"atExpiry": "kill"}""", "/atExpiry");
                data.Add("POST", $"{Cluster}{machine}/drain", """{"durationSeconds": 0}""", "/durationSeconds");
                data.Add("POST", $"{Cluster}{machine}/decommission", """{"durationSeconds": 1e300}""", "/durationSeconds");
                data.Add("POST", $"{Cluster}{machine}/freeze", $$"""{"reason": "{{new string('x', 281)}}"}""", "/reason");
                data.Add("POST", $"{Cluster}{machine}/freeze", """{"reason": "a\u0000b"}""", "/reason");
                data.Add("POST", $"{Cluster}{machine}/freeze", """{"reason": "a\u001b[2Jb"}""", "/reason");
            }

            data.Add("PUT", $"{Cluster}/placement", "{}", "/strategy");
            data.Add("PUT", $"{Cluster}/placement", """{"strategy": "wherever"}""", "/strategy");
            data.Add("PUT", $"{Cluster}/placement", """{"strategy": "greedy", "reason": ""}""", "/reason");
            data.Add("POST", $"{Cluster}/framework/reset", "", "/confirm");
            data.Add("POST", $"{Cluster}/framework/reset", """{"confirm": "yes"}""", "/confirm");
            data.Add("POST", $"{Cluster}/requests/web%5B1%5D/pause", "", "/id");
            data.Add("POST", $"{Cluster}/requests/%22web%22/scale", """{"instances": 1}""", "/id");
            data.Add("POST", $"{Cluster}/requests/{new string('x', 256)}/bounce", "", "/id");
            data.Add("DELETE", $"{Cluster}/requests/two%20words", "", "/id");
            data.Add("POST", $"{Cluster}/deploys/it's/cancel", "", "/id");
            data.Add("POST", $"{Cluster}/runs/%7Brun%7D/cancel", "", "/id");
            data.Add("POST", PolicyServer.Report + "/run", """{"environment": {"TASK_ID": "another"}}""", "/environment");
            data.Add("POST", PolicyServer.Report + "/run", """{"environment": {"PORT0": "1"}}""", "/environment");
            data.Add("POST", PolicyServer.Report + "/run", """{"reason": "\u0007"}""", "/reason");
            return data;
        }
    }

    [Theory, Trait("fact", "131")]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_is_refused_with_its_field(string method, string path, string body, string pointer)
    {
        var (status, problem) = await server.SendAsync(method, path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray(), e => e.GetProperty("pointer").GetString() == pointer);
        Assert.NotEmpty(error.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task All_fields_that_are_wrong_are_told_at_once()
    {
        var (_, problem) = await server.SendAsync(
            "POST", $"{Cluster}/agents/host1/freeze", """{"durationSeconds": -1, "atExpiry": "burn", "reason": ""}""");
        Assert.Equal(["/atExpiry", "/reason", "/durationSeconds"],
            problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
    }

    [Theory]
    [InlineData("GET", "/api/v1/tasks?limit=0", "limit")]
    [InlineData("GET", "/api/v1/tasks?limit=201", "limit")]
    [InlineData("GET", "/api/v1/tasks?limit=-1", "limit")]
    [InlineData("GET", "/api/v1/tasks?cursor=guessed", "cursor")]
    [InlineData("GET", "/api/v1/tasks?commit=main", "commit")]
    [InlineData("GET", "/api/v1/tasks?request=a%00b", "request")]
    [InlineData("GET", "/api/v1/tasks?deploy=%1b", "deploy")]
    [InlineData("GET", "/api/v1/requests?cluster=%00", "cluster")]
    [InlineData("GET", "/api/v1/deploys?limit=1000", "limit")]
    [InlineData("GET", "/api/v1/deploys?cursor=%7B%7D", "cursor")]
    [InlineData("GET", Cluster + "/tasks?limit=0", "limit")]
    [InlineData("GET", Cluster + "/tasks?cursor=guessed", "cursor")]
    [InlineData("GET", Cluster + "/deploys?limit=201", "limit")]
    [InlineData("GET", Cluster + "/deploys?request=%00", "request")]
    [InlineData("GET", Cluster + "/agents/%01/why", "id")]
    [InlineData("GET", Cluster + "/requests/%01/why", "id")]
    [InlineData("GET", "/api/v1/tasks/%01/why", "id")]
    [InlineData("DELETE", Cluster + "/placement?reason=%00", "reason")]
    [InlineData("DELETE", PolicyServer.Web + "/scale?reason=%1b", "reason")]
    [InlineData("GET", "/api/v1/tasks/v1.1.1/log?tail=0", "tail")]
    [InlineData("GET", "/api/v1/tasks/v1.1.1/log?stream=both", "stream")]
    public async Task A_parameter_that_is_not_valid_is_named_with_what_would_be(string method, string path, string parameter)
    {
        var (status, problem) = await server.SendAsync(method, path, "");
        Assert.Equal((400, "invalid-parameter"), ((int)status, problem.GetProperty("type").GetString()));
        Assert.Contains($" {parameter} ", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("hint").GetString()!);
    }

    [Theory]
    [InlineData("POST", Cluster + "/agents/none/freeze", "not-found")]
    [InlineData("POST", Cluster + "/agents/none/drain", "not-found")]
    [InlineData("POST", Cluster + "/agents/none/decommission", "not-found")]
    [InlineData("POST", Cluster + "/agents/none/activate", "not-found")]
    [InlineData("POST", Cluster + "/racks/none/freeze", "not-found")]
    [InlineData("POST", Cluster + "/racks/none/drain", "not-found")]
    [InlineData("POST", "/api/v1/clusters/none/agents/host1/freeze", "cluster-not-found")]
    [InlineData("POST", "/api/v1/clusters/none/racks/rack1/drain", "cluster-not-found")]
    [InlineData("DELETE", "/api/v1/clusters/none/placement", "cluster-not-found")]
    [InlineData("POST", "/api/v1/clusters/none/reconcile", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/racks", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/agents", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/offers", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/offers/declined", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/pending", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/tasks", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/requests", "cluster-not-found")]
    [InlineData("GET", "/api/v1/clusters/none/deploys", "cluster-not-found")]
    [InlineData("GET", Cluster + "/agents/none", "agent-not-found")]
    [InlineData("GET", Cluster + "/agents/none/why", "agent-not-found")]
    [InlineData("GET", Cluster + "/requests/none/why", "request-not-found")]
    [InlineData("GET", "/api/v1/tasks/none/why", "task-not-found")]
    public async Task What_does_not_exist_is_404_with_where_to_look(string method, string path, string code)
    {
        var (status, problem) = await server.SendAsync(method, path, "");
        Assert.Equal((404, code), ((int)status, problem.GetProperty("type").GetString()));
        Assert.NotEmpty(problem.GetProperty("hint").GetString()!);
    }
}
