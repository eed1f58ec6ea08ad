using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Wire;

/// <summary>What the commands that only read ask of the server: method, path and query.</summary>
public sealed class ReadRequestTests
{
    private const string Builds = $"GET /api/v1/repositories/{Sample.RepositoryId}/builds";
    private const string Commits = $"GET /api/v1/repositories/{Sample.RepositoryId}/commits";

    [Theory]
    [InlineData("repository list", "GET /api/v1/repositories?limit=30")]
    [InlineData("repo ls --limit 5 --cursor a+b", "GET /api/v1/repositories?limit=5&cursor=a%2Bb")]
    [InlineData("repository show acme/web", "GET /api/v1/repositories?name=acme%2Fweb")]
    [InlineData("commit list -R acme/web", Commits + "?limit=30")]
    [InlineData("commit list -R acme/web --branch a/b", Commits + "?branch=a%2Fb&limit=30")]
    [InlineData("commit show abcd", "GET /api/v1/commits/abcd")]
    [InlineData("commit timeline abcd", "GET /api/v1/commits/abcd/timeline")]
    [InlineData("status abcd", "GET /api/v1/commits/abcd")]
    [InlineData("open abcd", "GET /api/v1/commits/abcd")]
    [InlineData("build list -R acme/web", Builds + "?limit=30")]
    [InlineData("build list -R acme/web --branch main", Builds + "?branch=main&limit=30")]
    [InlineData("build show 412 -R acme/web", $"GET /api/v1/builds/{Sample.Id}")]
    [InlineData("build show acme/web#412", $"GET /api/v1/builds/{Sample.Id}")]
    [InlineData("build log 412 -R acme/web", $"GET /api/v1/builds/{Sample.Id}")]
    [InlineData("release list", "GET /api/v1/releases?limit=30")]
    [InlineData("release list -R acme/web", $"GET /api/v1/releases?repository={Sample.RepositoryId}&limit=30")]
    [InlineData("release show 7 -R acme/web", "GET /api/v1/releases/sha256%3A77")]
    [InlineData("release show sha256:1", "GET /api/v1/releases/sha256%3A1")]
    [InlineData("promotion list", "GET /api/v1/promotions?limit=30")]
    [InlineData(
        "promotion list --state waiting --state failed --stage production",
        "GET /api/v1/promotions?state=waiting&state=failed&stage=production&limit=30")]
    [InlineData("promotion show 91", "GET /api/v1/promotions/91")]
    [InlineData("promotion plan 91", "GET /api/v1/promotions/91/plan")]
    [InlineData("promotion why 91", "GET /api/v1/promotions/91/why")]
    [InlineData("deployable list", "GET /api/v1/deployables?limit=30")]
    [InlineData("deployable list --limit 200 --cursor c", "GET /api/v1/deployables?limit=200&cursor=c")]
    [InlineData("deployable show api/web", "GET /api/v1/deployables/api%2Fweb")]
    [InlineData("failure list", "GET /api/v1/failures")]
    [InlineData("token list", "GET /api/v1/tokens")]
    [InlineData("version", "GET /api/v1/version")]
    public async Task A_delivery_command_asks_for(string line, string expected) => await AsksLastFor(line, expected);

    [Theory]
    [InlineData("request list", "GET /api/v1/requests")]
    [InlineData("request list --cluster qa", "GET /api/v1/requests?cluster=qa")]
    [InlineData("request show billing-api", "GET /api/v1/requests")]
    [InlineData("request show billing-api --cluster qa", "GET /api/v1/clusters/qa/requests/billing-api")]
    [InlineData("request why billing-api", "GET /api/v1/clusters/production/requests/billing-api/why")]
    [InlineData("deploy list", "GET /api/v1/deploys?limit=30")]
    [InlineData("deploy list --cluster qa --request api", "GET /api/v1/deploys?cluster=qa&request=api&limit=30")]
    [InlineData("deploy show d1", "GET /api/v1/clusters/production/deploys/d1")]
    [InlineData("deploy show d1 --cluster qa", "GET /api/v1/clusters/qa/deploys/d1")]
    [InlineData("task list", "GET /api/v1/tasks?active=false&limit=30")]
    [InlineData("task list --active --cluster qa", "GET /api/v1/tasks?active=true&cluster=qa&limit=30")]
    [InlineData("task show t.1", "GET /api/v1/tasks/t.1")]
    [InlineData("task why t.1", "GET /api/v1/tasks/t.1/why")]
    [InlineData("task usage t.1", "GET /api/v1/tasks/t.1/usage")]
    [InlineData("task history t.1", "GET /api/v1/tasks/t.1")]
    [InlineData("task log t.1", "GET /api/v1/tasks/t.1/log?stream=stdout")]
    [InlineData("task log t.1 --stderr --tail 5", "GET /api/v1/tasks/t.1/log?stream=stderr&tail=5")]
    [InlineData("task files t.1", "GET /api/v1/tasks/t.1/files")]
    [InlineData("task files t.1 out/a", "GET /api/v1/tasks/t.1/files?path=out%2Fa")]
    [InlineData("cluster list", "GET /api/v1/clusters?limit=30")]
    [InlineData("cluster show a/b", "GET /api/v1/clusters/a%2Fb")]
    [InlineData("cluster loop qa", "GET /api/v1/clusters/qa/loop")]
    [InlineData("cluster offers qa", "GET /api/v1/clusters/qa/offers")]
    [InlineData("cluster offers qa --declined", "GET /api/v1/clusters/qa/offers/declined")]
    [InlineData("cluster quarantine qa", "GET /api/v1/clusters/qa/quarantine")]
    [InlineData("agent list", "GET /api/v1/clusters/production/agents")]
    [InlineData("agent list --cluster qa", "GET /api/v1/clusters/qa/agents")]
    [InlineData("agent show a1", "GET /api/v1/clusters/production/agents")]
    [InlineData("agent show x-1", "GET /api/v1/clusters/production/agents")]
    [InlineData("agent why a1", "GET /api/v1/clusters/production/agents/a1/why")]
    [InlineData("rack list", "GET /api/v1/clusters/production/racks")]
    [InlineData("rack show r1", "GET /api/v1/clusters/production/racks")]
    public async Task An_operators_command_asks_for(string line, string expected) => await AsksLastFor(line, expected);

    [Fact]
    public async Task Every_request_carries_the_token_and_names_the_program()
    {
        await using var server = Sample.WithEverything();
        await Run.LineAsync(server, "cluster list");
        var headers = Assert.Single(server.Seen).Headers;
        Assert.Equal("Bearer plt_test", headers["Authorization"]);
        Assert.StartsWith("pipeline-cli/", headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deploy_is_looked_for_in_every_cluster()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/clusters", 200, Sample.Clusters)
            .On("GET /api/v1/clusters/qa/deploys/d9", 200, """{"cluster":"qa","id":"d9"}""");
        var found = await Run.LineAsync(server, "deploy show d9");
        Assert.Equal((0, "cluster\tqa\nid\td9\n"), (found.Code, found.Out));
        Assert.Equal(
            ["GET /api/v1/clusters", "GET /api/v1/clusters/production/deploys/d9", "GET /api/v1/clusters/qa/deploys/d9"],
            server.Seen.Select(s => s.Request));
    }

    private static async Task AsksLastFor(string line, string expected)
    {
        await using var server = Sample.WithEverything();
        var ran = await Run.LineAsync(server, line);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.Equal(expected, server.Seen[^1].Request);
        Assert.Empty(server.Writes);
    }
}
