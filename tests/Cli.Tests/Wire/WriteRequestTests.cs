using Pipeline.Cli.Tests.Kit;
using Pipeline.TestKit;

namespace Pipeline.Cli.Tests.Wire;

/// <summary>What the commands that change something send: exactly one write, with exactly this body.</summary>
public sealed class WriteRequestTests
{
    private const string Requests = "/api/v1/clusters/production/requests/billing-api";
    private const string Agents = "/api/v1/clusters/production/agents/a1";

    [Theory]
    [InlineData(
        "repository add acme/shop --forge-id 42 --clone-url https://shop", "POST /api/v1/repositories",
        """{"forgeId":42,"owner":"acme","name":"shop","cloneUrl":"https://shop","defaultBranch":"main"}""")]
    [InlineData(
        "repository add acme/shop --forge-id 42 --clone-url https://shop --branch trunk", "POST /api/v1/repositories",
        """{"forgeId":42,"owner":"acme","name":"shop","cloneUrl":"https://shop","defaultBranch":"trunk"}""")]
    [InlineData(
        "build start -R acme/web --branch main", $"POST /api/v1/repositories/{Sample.RepositoryId}/builds",
        """{"sha":null,"branch":"main"}""")]
    [InlineData(
        "build start -R acme/web --commit abcd", $"POST /api/v1/repositories/{Sample.RepositoryId}/builds",
        """{"sha":"abcd","branch":null}""")]
    [InlineData("build cancel acme/web#412 -m stuck", $"POST /api/v1/builds/{Sample.Id}/cancel", """{"message":"stuck"}""")]
    [InlineData("build cancel acme/web#412", $"POST /api/v1/builds/{Sample.Id}/cancel", """{"message":null}""")]
    [InlineData("build retry acme/web#412", $"POST /api/v1/builds/{Sample.Id}/retry", "")]
    [InlineData(
        "promotion approve 91 --plan-digest sha256:1 -m fine", "POST /api/v1/promotions/91/approvals",
        """{"decision":"approve","planDigest":"sha256:1","comment":"fine"}""")]
    [InlineData(
        "promotion approve 91", "POST /api/v1/promotions/91/approvals", """{"decision":"approve","planDigest":null,"comment":null}""")]
    [InlineData(
        "promotion reject 91 -m Friday", "POST /api/v1/promotions/91/approvals",
        """{"decision":"reject","planDigest":null,"comment":"Friday"}""")]
    [InlineData(
        "route transfer production /shop web2 -R acme/web -m sold", "POST /api/v1/routes/transfer",
        $$"""{"stage":"production","route":"/shop","repository":"{{Sample.RepositoryId}}","deployable":"web2","reason":"sold"}""")]
    [InlineData(
        "route release production /shop -m unused", "POST /api/v1/routes/release",
        """{"stage":"production","route":"/shop","reason":"unused"}""")]
    [InlineData("promotion rollback 91 -m slow", "POST /api/v1/promotions/91/rollback", """{"comment":"slow"}""")]
    [InlineData(
        "release promote sha256:1 production", "POST /api/v1/promotions",
        """{"release":"sha256:1","stage":"production","planDigest":null}""")]
    [InlineData(
        "release promote sha256:1 production --plan-digest sha256:2", "POST /api/v1/promotions",
        """{"release":"sha256:1","stage":"production","planDigest":"sha256:2"}""")]
    [InlineData("release hold sha256:1 -m leaks", "POST /api/v1/releases/sha256%3A1/hold", """{"reason":"leaks"}""")]
    [InlineData("release unhold sha256:1 -m mended", "DELETE /api/v1/releases/sha256%3A1/hold?message=mended", "")]
    [InlineData("failure retry a/b", "POST /api/v1/failures/a%2Fb/retry", "")]
    [InlineData($"failure retry {Sample.Id}", $"POST /api/v1/failures/{Sample.Id}/retry", "")]
    [InlineData(
        "token create maria --group a --group b --email m@x --permission view", "POST /api/v1/tokens",
        """{"name":"maria","kind":"person","permissions":["view"],"groups":["a","b"],"emails":["m@x"]}""")]
    [InlineData(
        "token create robot --machine", "POST /api/v1/tokens",
        """{"name":"robot","kind":"token","permissions":[],"groups":[],"emails":[]}""")]
    public async Task A_delivery_command_sends(string line, string request, string body) => await SendsOnly(line, request, body);

    [Theory]
    [InlineData(
        "request scale billing-api 5", "/scale",
        """{"instances":5,"acknowledged":false,"bounce":false,"reason":null,"durationSeconds":null}""")]
    [InlineData(
        "request scale billing-api 5 --bounce", "/scale",
        """{"instances":5,"acknowledged":false,"bounce":true,"reason":null,"durationSeconds":null}""")]
    [InlineData(
        "request scale billing-api 0 --acknowledged -m night --duration 8h", "/scale",
        """{"instances":0,"acknowledged":true,"bounce":false,"reason":"night","durationSeconds":28800}""")]
    [InlineData(
        "request bounce billing-api", "/bounce",
        """{"incremental":false,"atATime":null,"skipHealth":false,"reason":null,"durationSeconds":null}""")]
    [InlineData(
        "request bounce billing-api --incremental --at-a-time 2 --skip-health -m cert --duration 30m", "/bounce",
        """{"incremental":true,"atATime":2,"skipHealth":true,"reason":"cert","durationSeconds":1800}""")]
    [InlineData("request pause billing-api", "/pause", """{"kill":true,"reason":null,"durationSeconds":null}""")]
    [InlineData(
        "request pause billing-api --keep-tasks --duration 1d", "/pause", """{"kill":false,"reason":null,"durationSeconds":86400}""")]
    [InlineData("request unpause billing-api -m done", "/unpause?reason=done", "{}")]
    [InlineData("request unpause billing-api", "/unpause", "{}")]
    [InlineData(
        "request run billing-api", "/run", """{"runId":null,"arguments":[],"environment":{},"runAt":null,"reason":null}""")]
    [InlineData(
        "request run billing-api --id r1 --argument a --argument b --env A=1=2 --env B= --at 2026-03-01T12:00:00Z -m now", "/run",
        """{"runId":"r1","arguments":["a","b"],"environment":{"A":"1=2","B":""},"runAt":"2026-03-01T12:00:00+00:00","reason":"now"}""")]
    [InlineData(
        "request skip-health billing-api --duration 90s", "/skip-health", """{"reason":null,"durationSeconds":90}""")]
    [InlineData(
        "request priority billing-api 0.7 -m peak", "/priority", """{"priority":0.7,"reason":"peak","durationSeconds":null}""")]
    [InlineData("request exit-cooldown billing-api -m fixed", "/exit-cooldown", """{"reason":"fixed"}""")]
    public async Task A_change_of_a_request_is_posted_where_the_request_is(string line, string verb, string body) =>
        await SendsOnly(line, $"POST {Requests}{verb}", body);

    [Theory]
    [InlineData("request end billing-api scale", $"DELETE {Requests}/scale")]
    [InlineData("request end billing-api scale --acknowledged -m over", $"DELETE {Requests}/scale?acknowledged=true&reason=over")]
    [InlineData("request end billing-api pause --acknowledged", $"DELETE {Requests}/pause")]
    [InlineData("request end billing-api skip-health -m over", $"DELETE {Requests}/skip-health?reason=over")]
    [InlineData("request remove billing-api --confirm billing-api", $"DELETE {Requests}")]
    [InlineData("cluster thaw production -m over", "DELETE /api/v1/clusters/production/priority-freeze?reason=over")]
    [InlineData("cluster place production", "DELETE /api/v1/clusters/production/placement")]
    [InlineData("cluster place production -m over", "DELETE /api/v1/clusters/production/placement?reason=over")]
    public async Task What_ends_a_change_is_a_delete_without_a_body(string line, string request) => await SendsOnly(line, request, "");

    [Theory]
    [InlineData("cluster reconcile production", "POST /api/v1/clusters/production/reconcile", "")]
    [InlineData("cluster release production 12", "POST /api/v1/clusters/production/quarantine/12/release", "")]
    [InlineData(
        "cluster freeze production 0.6 --kill", "POST /api/v1/clusters/production/priority-freeze",
        """{"level":0.6,"kill":true,"reason":null,"durationSeconds":null}""")]
    [InlineData(
        "cluster place production --strategy greedy", "PUT /api/v1/clusters/production/placement",
        """{"strategy":"greedy","rackSensitive":null,"reason":null}""")]
    [InlineData(
        "cluster place production --rack-sensitive -m even", "PUT /api/v1/clusters/production/placement",
        """{"strategy":null,"rackSensitive":true,"reason":"even"}""")]
    [InlineData(
        "cluster place production --rack-sensitive false", "PUT /api/v1/clusters/production/placement",
        """{"strategy":null,"rackSensitive":false,"reason":null}""")]
    [InlineData(
        "cluster reset-framework production --confirm production", "POST /api/v1/clusters/production/framework/reset",
        """{"confirm":"take-over"}""")]
    [InlineData(
        "cluster reset-framework production --confirm production --drop-id", "POST /api/v1/clusters/production/framework/reset",
        """{"confirm":"drop-id"}""")]
    public async Task A_change_of_a_cluster_sends(string line, string request, string body) => await SendsOnly(line, request, body);

    [Theory]
    [InlineData("agent freeze a1 -m disk", $"POST {Agents}/freeze", """{"reason":"disk","durationSeconds":null,"atExpiry":null}""")]
    [InlineData("agent drain x-1", $"POST {Agents}/drain", """{"reason":null,"durationSeconds":null,"atExpiry":null}""")]
    [InlineData(
        "agent drain a1 --duration 4h --kill-at-end", $"POST {Agents}/drain",
        """{"reason":null,"durationSeconds":14400,"atExpiry":"kill"}""")]
    [InlineData("agent activate a1", $"POST {Agents}/activate", """{"reason":null,"durationSeconds":null,"atExpiry":null}""")]
    [InlineData(
        "agent decommission a1 --confirm a1", $"POST {Agents}/decommission",
        """{"reason":null,"durationSeconds":null,"atExpiry":null}""")]
    [InlineData(
        "rack drain r1", "POST /api/v1/clusters/production/racks/r1/drain",
        """{"reason":null,"durationSeconds":null,"atExpiry":null}""")]
    [InlineData(
        "deploy advance d1 -m good", "POST /api/v1/clusters/production/deploys/d1/advance", """{"decision":"accept","reason":"good"}""")]
    [InlineData("deploy reject d1", "POST /api/v1/clusters/production/deploys/d1/advance", """{"decision":"reject","reason":null}""")]
    [InlineData("deploy cancel d1", "POST /api/v1/clusters/production/deploys/d1/cancel", """{"reason":null}""")]
    [InlineData("deploy cancel run1 -m stuck", "POST /api/v1/clusters/production/runs/run1/cancel", """{"reason":"stuck"}""")]
    [InlineData("task kill t.1", "POST /api/v1/tasks/t.1/kill", """{"reason":null,"destroy":false,"replace":false}""")]
    [InlineData(
        "task kill t.1 --destroy --replace -m hung", "POST /api/v1/tasks/t.1/kill", """{"reason":"hung","destroy":true,"replace":true}""")]
    public async Task A_change_of_machines_deploys_and_tasks_sends(string line, string request, string body) =>
        await SendsOnly(line, request, body);

    // What the command line sends is written down, so that a test of the server can hold it to what its endpoints take.
    [Fact]
    public void Every_write_above_stands_in_the_reviewed_file()
    {
        var data = typeof(WriteRequestTests).GetMethods().SelectMany(m => m.GetCustomAttributes(false).OfType<InlineDataAttribute>());
        var rows = data.Select(row =>
        {
            var (request, body) = ((string)row.Data[1]!, row.Data.Length > 2 ? (string)row.Data[2]! : "");
            return $"{(request[0] == '/' ? $"POST {Requests}{request}" : request)}\t{body}";
        });
        ReviewedFile.Require(
            "tests/Cli.Tests/Reviewed/writes.txt", string.Concat(rows.Distinct().Order(StringComparer.Ordinal).Select(r => $"{r}\n")));
    }

    private static async Task SendsOnly(string line, string request, string body)
    {
        await using var server = Sample.WithEverything();
        var ran = await Run.LineAsync(server, line);
        Assert.True(ran.Code == 0, ran.Error);
        var write = Assert.Single(server.Writes);
        Assert.Equal((request, body), (write.Request, write.Body));
        Assert.Equal("Bearer plt_test", write.Authorization);
    }
}
