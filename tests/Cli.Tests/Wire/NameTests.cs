using Pipeline.Cli.Sessions;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Wire;

/// <summary>From the names that people use to the ids of the API.</summary>
public sealed class NameTests
{
    private const string Only = "GET /api/v1/repositories?limit=2";

    [Theory]
    [InlineData("https://github.com/acme/web.git", "acme/web")]
    [InlineData("https://github.com/acme/web/", "acme/web")]
    [InlineData("git@github.com:acme/web.git", "acme/web")]
    [InlineData("ssh://git@host:22/acme/web", "acme/web")]
    [InlineData("web", null)]
    public void The_repository_is_read_from_the_address_of_the_remote(string url, string? name) =>
        Assert.Equal(name, WorkingCopy.NameIn(url));

    [Fact]
    public async Task The_repository_of_an_option_wins_over_the_variable()
    {
        await using var server = Sample.WithEverything();
        Dictionary<string, string?> variables = new() { ["PIPELINE_REPOSITORY"] = "acme/other" };
        await Run.WithAsync(server, ["build", "list", "-R", "acme/web"], variables: variables);
        Assert.Equal("GET /api/v1/repositories?name=acme%2Fweb", server.Seen[0].Request);
        await Run.WithAsync(server, ["release", "list"], variables: variables);
        Assert.Equal("GET /api/v1/repositories?name=acme%2Fother", server.Seen[2].Request);
    }

    [Fact]
    public async Task The_remote_of_the_working_copy_gives_way_to_the_only_repository_there_is()
    {
        await using var server = FakeServer.Start().Otherwise(200, Sample.Empty).On(Only, 200, Sample.Page("""{"id":"r1"}"""));
        var listed = await Run.LineAsync(server, "build list");
        Assert.Equal(0, listed.Code);
        Assert.Equal("GET /api/v1/repositories/r1/builds?limit=30", server.Seen[^1].Request);
    }

    [Fact]
    public async Task Several_repositories_and_none_named_is_a_usage_error()
    {
        await using var server = FakeServer.Start().Otherwise(200, Sample.Empty)
            .On(Only, 200, Sample.Page("""{"id":"a"}""", """{"id":"b"}"""));
        var listed = await Run.LineAsync(server, "build list");
        Assert.Equal(2, listed.Code);
        Assert.Contains("Add -R owner/name.", listed.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build list -R acme/none", "Repository acme/none does not exist.")]
    [InlineData("repository show acme/none", "Repository acme/none does not exist.")]
    [InlineData("build show acme/none#1", "Repository acme/none does not exist.")]
    [InlineData("build show acme/web#1", "Build acme/web#1 does not exist.")]
    [InlineData("release show acme/web#1", "Release acme/web#1 does not exist.")]
    [InlineData("request show ghost", "There is no request ghost.")]
    [InlineData("agent show ghost", "There is no agent ghost.")]
    [InlineData("rack drain ghost", "There is no rack ghost.")]
    [InlineData("deploy show ghost", "There is no deploy ghost.")]
    public async Task What_is_not_there_is_named_with_exit_6_and_where_to_look(string line, string message)
    {
        await using var server = Sample.WithRepository().Otherwise(200, Sample.Empty);
        var ran = await Run.LineAsync(server, line);
        Assert.Equal((6, ""), (ran.Code, ran.Out));
        Assert.StartsWith($"error: {message}\n", ran.Error, StringComparison.Ordinal);
        Assert.Contains(" list", ran.Error, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("request why api", "request api")]
    [InlineData("deploy cancel d1", "deploy d1")]
    [InlineData("agent freeze a1", "agent a1")]
    public async Task A_name_in_two_clusters_needs_the_cluster(string line, string noun)
    {
        string[] both = ["production", "qa"];
        await using var server = FakeServer.Start().On("GET /api/v1/clusters", 200, Sample.Clusters)
            .On("GET /api/v1/requests", 200, Sample.Page([.. both.Select(c => $$"""{"cluster":"{{c}}","id":"api"}""")]));
        foreach (var cluster in both)
        {
            server.On($"GET /api/v1/clusters/{cluster}/deploys/d1", 200, $$"""{"cluster":"{{cluster}}","id":"d1"}""")
                .On($"GET /api/v1/clusters/{cluster}/agents", 200, Sample.Page($$"""{"cluster":"{{cluster}}","host":"a1","id":"1"}"""));
        }

        var ran = await Run.LineAsync(server, line);
        Assert.Equal(2, ran.Code);
        Assert.Equal($"error: Several clusters have the {noun}: production, qa.\n  Add --cluster NAME.\n", ran.Error);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task Of_the_ids_of_a_host_that_came_back_the_newest_counts()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/clusters", 200, Sample.Page("""{"name":"qa"}"""))
            .On("GET /api/v1/clusters/qa/agents", 200, Sample.Page(
                """{"cluster":"qa","host":"a1","id":"new","seenAt":"2026-03-02T00:00:00Z"}""",
                """{"cluster":"qa","host":"a1","id":"old","seenAt":"2026-03-01T00:00:00Z"}"""));
        Assert.Contains("id\tnew\n", (await Run.LineAsync(server, "agent show a1")).Out, StringComparison.Ordinal);
    }
}
