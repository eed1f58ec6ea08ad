using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Answers;

/// <summary>Lists: tabs and whole values in a pipe, a table with short values on a terminal.</summary>
public sealed class TableTests
{
    private const string Time = "2026-03-01T11:58:00Z";

    [Theory]
    [InlineData(
        "repository list", "GET /api/v1/repositories",
        """{"owner":"acme","name":"web","defaultBranch":"main","cloneUrl":"git://x","id":"1"}""", "acme\tweb\tmain\tgit://x\t1")]
    [InlineData(
        "commit list -R acme/web", $"GET /api/v1/repositories/{Sample.RepositoryId}/commits",
        """{"sha":"abc","subject":"Fix\tit","authorName":"maria","committedAt":"2026-03-01T11:58:00Z"}""", "abc\tFix it\tmaria\t" + Time)]
    [InlineData(
        "commit timeline abc", "GET /api/v1/commits/abc/timeline",
        """
        {"at":"2026-03-01T11:58:00Z","kind":"promotion.approved","actor":{"name":"maria"},
         "subject":{"stage":"production","deployable":"api"},"payload":{"reason":"fine"}}
        """,
        Time + "\tpromotion.approved\tmaria\tproduction\tapi\tfine")]
    [InlineData(
        "build list -R acme/web", $"GET /api/v1/repositories/{Sample.RepositoryId}/builds",
        """{"number":412,"state":"failed","sha":"abc","branch":"main","createdAt":"2026-03-01T11:58:00Z","reason":"tests"}""",
        "412\tfailed\tabc\tmain\t" + Time + "\ttests")]
    [InlineData(
        "release list", "GET /api/v1/releases",
        """{"number":7,"digest":"sha256:1","commitSha":"abc","createdAt":"2026-03-01T11:58:00Z","heldReason":null}""",
        "7\tsha256:1\tabc\t" + Time + "\t")]
    [InlineData(
        "promotion list", "GET /api/v1/promotions",
        """
        {"number":91,"stage":"production","phase":"waiting","releaseNumber":7,"commit":"abc","createdAt":"2026-03-01T11:58:00Z",
         "reason":"two\nlines"}
        """,
        "91\tproduction\twaiting\t7\tabc\t" + Time + "\ttwo lines")]
    [InlineData(
        "deployable routes", "GET /api/v1/routes",
        """{"deployable":"api","stage":"production","url":"https://apps.example/apps/production/api/","instances":3}""",
        "api\tproduction\thttps://apps.example/apps/production/api/\t3")]
    [InlineData(
        "route list", "GET /api/v1/routes",
        """
        {"deployable":"api","stage":"production","route":"/api","repository":"r","url":null,"instances":0,"since":"2026-03-01T11:58:00Z",
         "by":"system:deploy-stages","problem":"Nobody is healthy."}
        """,
        "production\t/api\tapi\t" + Time + "\t\t0\tNobody is healthy.")]
    [InlineData(
        "deployable list", "GET /api/v1/deployables",
        """
        {"name":"api","kind":"service","stages":[{"stage":"qa","state":"running","releaseNumber":7,"commit":"abc","healthy":2,
         "instances":3,"since":"2026-03-01T11:58:00Z","reason":"No agent has room.","noTraffic":null}]}
        """,
        "api\tservice\tqa\trunning\t7\tabc\t2/3\t" + Time + "\tNo agent has room.")]
    [InlineData(
        "deployable list", "GET /api/v1/deployables",
        """
        {"name":"api","kind":"service","stages":[{"stage":"qa","state":"healthy","releaseNumber":7,"commit":"abc","healthy":3,
         "instances":3,"since":"2026-03-01T11:58:00Z","reason":null,"noTraffic":"The route /api belongs to shop."}]}
        """,
        "api\tservice\tqa\thealthy\t7\tabc\t3/3\t" + Time + "\tThe route /api belongs to shop.")]
    [InlineData(
        "failure list", "GET /api/v1/failures",
        """
        {"id":"1","job":"PlanBuildJob","object":{"kind":"commit","id":"abc"},"tries":3,"lastFailedAt":"2026-03-01T11:58:00Z",
         "nextTryAt":null,"error":"two\nlines"}
        """,
        "PlanBuildJob\tcommit\tabc\t3\t" + Time + "\t\ttwo lines\t1")]
    [InlineData(
        "token list", "GET /api/v1/tokens",
        """
        {"login":"maria","kind":"person","permissions":["view","approve"],"groups":[],"createdAt":"2026-03-01T11:58:00Z","id":"1"}
        """,
        "maria\tperson\tview, approve\t\t" + Time + "\t1")]
    public async Task A_list_of_deliveries_in_a_pipe(string line, string request, string item, string row) =>
        await PrintsRow(line, request, item, row);

    [Theory]
    [InlineData(
        "request list", "GET /api/v1/requests",
        """
        {"id":"api","cluster":"qa","kind":"service","state":"active","activeTasks":3,"activeDeploy":"d1","pendingDeploy":"d2"}
        """,
        "api\tqa\tservice\tactive\t3\td1\td2\t")]
    [InlineData(
        "deploy list", "GET /api/v1/deploys",
        """
        {"id":"d1","cluster":"qa","requestId":"api","kind":"service","state":"deploying","healthyInstances":1,"instances":3,
         "rollout":{"group":"canary"},"failure":null,"createdAt":"2026-03-01T11:58:00Z"}
        """,
        "d1\tqa\tapi\tservice\tdeploying\t1\t3\tcanary\t\t" + Time)]
    [InlineData(
        "task list", "GET /api/v1/tasks",
        """
        {"id":"t1","cluster":"qa","state":"running","host":"a1","healthy":true,"createdAt":"2026-03-01T11:58:00Z","reason":null}
        """,
        "t1\tqa\trunning\ta1\tyes\t" + Time + "\t")]
    [InlineData(
        "task files t1", "GET /api/v1/tasks/t1/files",
        """{"path":"out/a b","kind":"file","size":3,"mode":"-rw-r--r--","modifiedAt":"2026-03-01T11:58:00Z"}""",
        "out/a b\tfile\t3\t-rw-r--r--\t" + Time)]
    [InlineData(
        "cluster list", "GET /api/v1/clusters",
        """{"name":"qa","state":"subscribed","agents":3,"activeTasks":9,"pendingTasks":1,"leader":"s1"}""",
        "qa\tsubscribed\t3\t9\t1\ts1")]
    [InlineData(
        "cluster offers qa", "GET /api/v1/clusters/qa/offers",
        """
        {"id":"o1","host":"a1","rack":"r1","resources":{"cpus":2,"memoryMb":512},"ports":["31000-32000"],"since":"2026-03-01T11:58:00Z"}
        """,
        "o1\ta1\tr1\t2\t512\t31000-32000\t" + Time)]
    [InlineData(
        "cluster offers qa --declined", "GET /api/v1/clusters/qa/offers/declined",
        """
        {"at":"2026-03-01T11:58:00Z","host":"a1","rack":"r1","resources":{"cpus":2,"memoryMb":512},"words":"no pending task",
         "refusedForSeconds":3600}
        """,
        Time + "\ta1\tr1\t2\t512\tno pending task\t3600")]
    [InlineData(
        "cluster quarantine qa", "GET /api/v1/clusters/qa/quarantine",
        """
        {"id":4,"kind":"update","subjectId":"t1","times":3,"at":"2026-03-01T11:58:00Z","releasedAt":null,"reason":"bad"}
        """,
        "4\tupdate\tt1\t3\t" + Time + "\t\tbad")]
    [InlineData(
        "agent list --cluster qa", "GET /api/v1/clusters/qa/agents",
        """
        {"host":"a1","cluster":"qa","rack":"r1","state":"draining","tasks":2,"id":"x-1","seenAt":"2026-03-01T11:58:00Z",
         "machine":{"by":"maria","reason":"disk","until":"2026-03-01T11:58:00Z"}}
        """,
        "a1\tqa\tr1\tdraining\t2\tmaria\tdisk\t" + Time + "\t" + Time + "\tx-1")]
    [InlineData(
        "rack list --cluster qa", "GET /api/v1/clusters/qa/racks",
        """{"name":"r1","cluster":"qa","state":"active","tasks":2,"agentsByState":{"active":3},"machine":null}""",
        "r1\tqa\tactive\t2\t{\"active\":3}\t\t\t")]
    public async Task A_list_of_clusters_and_tasks_in_a_pipe(string line, string request, string item, string row) =>
        await PrintsRow(line, request, item, row);

    [Fact]
    public async Task On_a_terminal_there_are_titles_and_commits_digests_and_times_are_short()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/releases", 200, Sample.Page(
            $$"""
            {"number":7,"digest":"{{Sample.Digest}}","commitSha":"{{Sample.Sha}}","createdAt":"{{Time}}","heldReason":"[red]risky"}
            """));
        var listed = await Run.WithAsync(
            server, ["release", "list"], terminal: true, time: new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Sample.Now));
        var lines = listed.Out.TrimEnd().Split('\n');
        Assert.Equal(["RELEASE", "DIGEST", "COMMIT", "CREATED", "HELD"], Words(lines[0]));
        Assert.Equal(["7", "sha256:bbbbbbbbbbbb", "aaaaaaa", "2", "min", "ago", "[red]risky"], Words(lines[1]));
    }

    [Fact]
    public async Task A_list_that_goes_on_says_how_on_stderr_and_the_last_page_says_nothing()
    {
        await using var server = FakeServer.Start().Sequence(
            "GET /api/v1/clusters", """{"items":[{"name":"qa"}],"next":"abc"}""", """{"items":[{"name":"production"}],"next":null}""");
        var first = await Run.LineAsync(server, "cluster list --limit 1");
        Assert.Equal(("qa\t\t\t\t\t\n", "More items follow. For the next page add --cursor abc\n"), (first.Out, first.Error));
        var second = await Run.LineAsync(server, "cluster list --limit 1 --cursor abc");
        Assert.Equal("", second.Error);
        Assert.Equal("GET /api/v1/clusters?limit=1&cursor=abc", server.Seen[1].Request);
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public async Task Only_a_terminal_gets_colour_and_only_when_it_is_wanted(bool terminal, bool noColor, bool expected)
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/commits/abcd", 200, """{"sha":"abcd","build":{"state":"failed","number":1},"stages":[],"next":""}""");
        string[] args = noColor ? ["status", "abcd", "--no-color"] : ["status", "abcd"];
        var shown = await Run.Async(server, terminal, args);
        Assert.Equal(expected, shown.Out.Contains('\u001b', StringComparison.Ordinal));
        Assert.Contains("failed", shown.Out, StringComparison.Ordinal);
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task PrintsRow(string line, string request, string item, string row)
    {
        await using var server = Sample.WithRepository().On(request, 200, Sample.Page(item));
        var listed = await Run.LineAsync(server, line);
        Assert.Equal((0, row + "\n", ""), (listed.Code, listed.Out, listed.Error));
    }
}
