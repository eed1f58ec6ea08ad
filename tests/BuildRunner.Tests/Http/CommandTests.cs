using System.Text.Json;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.BuildRunner.Tests.Sources;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Http;

/// <summary>Start, retry, cancel and the definition of a build: answers, addresses and refusals.</summary>
public sealed class CommandTests(BuildFixture fixture) : IClassFixture<BuildFixture>, IAsyncLifetime
{
    private const string Builds = "GET /api/v1/repositories/{repository}/builds lists the builds of a repository.";
    private const string NulTitle = "holds a NUL character (\\u0000), which cannot be stored. Remove it.";
    private readonly BuildHost host = fixture.Host;
    private Guid build;
    private string sha = "";

    public async ValueTask InitializeAsync()
    {
        var pushed = await host.PushAsync(TaskCalls.OneStep);
        (build, sha) = (pushed.Build.Id, pushed.Build.Sha);
    }

    public ValueTask DisposeAsync() => default;

    /// <summary>Method and address with <c>{0}</c> for an id that is nobody's.</summary>
    [Theory]
    [InlineData("GET", "/api/v1/builds/{0}")]
    [InlineData("GET", "/api/v1/builds/{0}/definition")]
    [InlineData("POST", "/api/v1/builds/{0}/retry")]
    [InlineData("POST", "/api/v1/builds/{0}/cancel")]
    public async Task An_unknown_build_is_named_with_where_to_find_those_there_are(string method, string address)
    {
        var id = Guid.CreateVersion7();
        var answer = await host.SendAsync(method, address.Replace("{0}", id.ToString(), StringComparison.Ordinal));
        Assert.Equal(
            (404, "not-found", $"There is no build {id}.", Builds),
            (answer.Status, answer.Text("type"), answer.Text("detail"), answer.Text("hint")));
    }

    [Theory]
    [InlineData("GET", "/api/v1/builds/12")]
    [InlineData("GET", "/api/v1/builds/x/definition")]
    [InlineData("POST", "/api/v1/builds/%00/retry")]
    [InlineData("POST", "/api/v1/builds/x/cancel")]
    [InlineData("GET", "/api/v1/repositories/shop/builds")]
    public async Task What_is_no_id_is_not_found(string method, string address) =>
        Assert.Contains((await host.SendAsync(method, address)).Status, (int[])[400, 404]);

    /// <summary>Body with <c>{sha}</c> for a commit, and the refusal.</summary>
    [Theory]
    [InlineData("{\"sha\":\"abc\"}", 400, "sha must be 40 hex digits.")]
    [InlineData("{\"sha\":\"\"}", 400, "sha must be 40 hex digits.")]
    [InlineData("{\"sha\":\"{sha}\\u0000\"}", 400, "sha must be 40 hex digits.")]
    [InlineData("{\"branch\":\"a\\u0000\"}", 400, "branch " + NulTitle)]
    [InlineData("{\"sha\":\"{sha}\",\"branch\":\"\\u0000\"}", 400, "branch " + NulTitle)]
    [InlineData("{\"branch\":\"gone\"}", 400, "branch 'gone' is no branch that was pushed to acme/shop.")]
    [InlineData("{\"branch\":\"\"}", 400, "branch '' is no branch that was pushed to acme/shop.")]
    [InlineData("{}", 400, "branch 'main' is no branch that was pushed to acme/shop.")]
    [InlineData("{\"sha\":\"dddddddddddddddddddddddddddddddddddddddd\"}", 422, "The commit is not on the repository's remote.")]
    [InlineData("{\"branch\":\"\\ud800\"}", 400, "")]
    [InlineData("{\"sha\":7}", 400, "")]
    [InlineData("null", 400, "")]
    [InlineData("[]", 400, "")]
    [InlineData("", 400, "")]
    public async Task A_start_that_cannot_be_is_refused_and_writes_nothing(string body, int status, string title)
    {
        HttpCalls.Answer answer = null!;
        var json = body.Replace("{sha}", sha, StringComparison.Ordinal);
        Assert.Empty(await Written.ByAsync(host.Database, async () => answer = await host.SendAsync("POST", host.List(), json)));
        Assert.Equal(status, answer.Status);
        if (title.Length > 0)
            Assert.Equal(title, answer.Text("title"));
    }

    [Theory]
    [InlineData("{\"sha\":\"{sha}\"}", null)]
    [InlineData("{\"sha\":\"{SHA}\"}", null)]
    [InlineData("{\"sha\":\"{sha}\",\"branch\":\"fix/ü\"}", "fix/ü")]
    [InlineData("{\"sha\":\"{sha}\",\"branch\":null}", null)]
    public async Task A_start_answers_with_the_new_build_and_its_address(string body, string? branch)
    {
        var json = body.Replace("{sha}", sha, StringComparison.Ordinal)
            .Replace("{SHA}", sha.ToUpperInvariant(), StringComparison.Ordinal);
        var made = await MadeAsync(await host.SendAsync("POST", host.List(), json));
        Assert.Equal((sha, branch, BuildTrigger.Manual), (made.Sha, made.Branch, made.Trigger));
        Assert.Equal("person:nikos", made.RequestedBy);
        Assert.Null(made.RetryOf);
    }

    [Fact]
    public async Task A_retry_is_a_new_build_of_the_same_commit_each_time()
    {
        var first = await MadeAsync(await host.SendAsync("POST", $"/api/v1/builds/{build}/retry"));
        var second = await MadeAsync(await host.SendAsync("POST", $"/api/v1/builds/{first.Id}/retry", "{}"));
        Assert.Equal((sha, "main", BuildTrigger.Retry, build), (first.Sha, first.Branch, first.Trigger, first.RetryOf!.Value));
        Assert.Equal((first.Number + 1, first.Id), (second.Number, second.RetryOf!.Value));
    }

    [Theory]
    [InlineData("", "cancelled by nikos")]
    [InlineData("{}", "cancelled by nikos")]
    [InlineData("null", "cancelled by nikos")]
    [InlineData("{\"message\":\" \"}", "cancelled by nikos")]
    [InlineData("{\"message\":\"wrong é😀 \\r\\n branch\"}", "cancelled by nikos: wrong é😀 \r\n branch")]
    public async Task A_build_is_cancelled_once_with_its_reason(string body, string reason)
    {
        var json = body.Length == 0 ? null : body;
        var answer = await host.SendAsync("POST", $"/api/v1/builds/{build}/cancel", json);
        Assert.Equal((202, $"/api/v1/builds/{build}"), (answer.Status, answer.Location));
        Assert.Equal((BuildState.Cancelled, reason), await StateAsync());

        var again = await host.SendAsync("POST", $"/api/v1/builds/{build}/cancel", json);
        Assert.Equal(
            (409, "build-over", "Only a running build can be cancelled."), (again.Status, again.Text("type"), again.Text("detail")));
        Assert.Equal((BuildState.Cancelled, reason), await StateAsync());
    }

    [Theory]
    [InlineData("{\"message\":\"a\\u0000b\"}", "message " + NulTitle)]
    [InlineData("{\"message\":\"\\udc00\"}", "")]
    [InlineData("{\"message\":1}", "")]
    public async Task A_cancel_that_cannot_be_stored_is_refused_and_the_build_runs_on(string body, string title)
    {
        var answer = await host.SendAsync("POST", $"/api/v1/builds/{build}/cancel", body);
        Assert.Equal((400, title), (answer.Status, answer.Text("title")));
        Assert.Equal(BuildState.Running, (await StateAsync()).Item1);
    }

    [Fact]
    public async Task The_definition_of_a_build_is_the_resolved_one_and_one_with_mistakes_has_none()
    {
        var good = await host.SendAsync("GET", $"/api/v1/builds/{build}/definition");
        Assert.Equal("build", Assert.Single(good.Body.GetProperty("modules").EnumerateArray()).GetProperty("name").GetString());

        await host.Repo.StartBranchAsync();
        await host.Repo.CommitAsync("None");
        var none = await host.BuildHeadAsync();
        var answer = await host.SendAsync("GET", $"/api/v1/builds/{none.Build.Id}/definition");
        await host.Repo.GitAsync("checkout", "-q", "main");
        Assert.Equal((404, $"GET /api/v1/builds/{none.Build.Id} shows its problems."), (answer.Status, answer.Text("hint")));
        Assert.StartsWith($"Build {none.Build.Id} has no definition: .pipeline.yaml:1:1:", answer.Text("detail"), StringComparison.Ordinal);
        Assert.False(answer.Text("detail").EndsWith("..", StringComparison.Ordinal), answer.Text("detail"));
    }

    private async Task<(BuildState, string?)> StateAsync()
    {
        var now = (await host.DetailAsync(build)).Build;
        return (now.State, now.Reason);
    }

    private async Task<Pipeline.BuildRunner.Contract.Views.BuildSummary> MadeAsync(HttpCalls.Answer answer)
    {
        Assert.Equal((202, JsonValueKind.Object), (answer.Status, answer.Body.ValueKind));
        var made = (await host.DetailAsync(answer.Body.GetProperty("id").GetGuid())).Build;
        Assert.Equal(($"/api/v1/builds/{made.Id}", made.Number), (answer.Location, answer.Body.GetProperty("number").GetInt32()));
        Assert.NotEqual(build, made.Id);
        Assert.Contains(made.Id, host.Jobs.Of<Pipeline.BuildRunner.Jobs.AdvanceBuildJob>());
        return made;
    }
}
