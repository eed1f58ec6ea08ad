using System.Text.Json;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Answers;

/// <summary>Single objects, explanations, plans and confirmations.</summary>
public sealed class ObjectTests
{
    private const string Watch = "Watch it: pipeline promotion watch 91\n";

    [Fact]
    public async Task An_object_is_its_fields_and_what_is_nested_stays_JSON()
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/clusters/qa", 200,
            """{"name":"qa","leads":true,"note":null,"racks":["a","b"],"counts":{"agents":3},"x":[{"y":1}]}""");
        Assert.Equal(
            "name\tqa\nleads\tyes\nracks\ta, b\ncounts\t{\"agents\":3}\nx\t[{\"y\":1}]\n",
            (await Run.LineAsync(server, "cluster show qa")).Out);
        var terminal = await Run.Async(server, terminal: true, "cluster", "show", "qa");
        Assert.StartsWith("name               qa\nleads              yes\n", terminal.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster show qa")]
    [InlineData("cluster loop qa")]
    [InlineData("task show t1")]
    [InlineData("task usage t1")]
    [InlineData("task history t1")]
    [InlineData("task why t1")]
    [InlineData("promotion show 91")]
    [InlineData("promotion plan 91")]
    [InlineData("promotion why 91")]
    [InlineData("promotion approve 91")]
    [InlineData("promotion rollback 91")]
    [InlineData("deployable list")]
    [InlineData("deployable show api")]
    [InlineData("release list")]
    [InlineData("status abcd")]
    [InlineData("cluster thaw qa")]
    [InlineData("cluster freeze qa 0.5")]
    [InlineData("token list")]
    [InlineData("token create maria")]
    public async Task Under_json_stdout_is_the_answer_as_it_came(string line)
    {
        const string answer = """{"number":91,"id":"x","unknown":{"deep":[1,2]},"items":[],"statuses":[]}""";
        await using var server = FakeServer.Start().Otherwise(200, answer);
        var ran = await Run.LineAsync(server, line + " --json");
        Assert.Equal(0, ran.Code);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(answer).RootElement, JsonDocument.Parse(ran.Out).RootElement), ran.Out);
    }

    [Fact]
    public async Task Under_json_the_version_holds_both_programs()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/version", 200, """{"version":"1.2.3"}""");
        var both = JsonDocument.Parse((await Run.LineAsync(server, "version --json")).Out).RootElement;
        Assert.Equal("1.2.3", both.GetProperty("server").GetProperty("version").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", both.GetProperty("cli").GetString());
        Assert.Matches(
            @"^pipeline \d+\.\d+\.\d+, server 1\.2\.3 at http://127\.0\.0\.1:\d+/\n$", (await Run.LineAsync(server, "version")).Out);
    }

    [Fact]
    public async Task The_status_of_a_commit_is_a_line_for_build_release_and_each_stage()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/commits/aaaa", 200, $$"""
            {"sha":"{{Sample.Sha}}","subject":"Fix it","author":{"name":"maria"},"repository":{"owner":"acme","name":"web"},
             "build":{"state":"running","number":412,"reason":""},"release":{"number":7,"digest":"sha256:1"},
             "stages":[{"stage":"qa","state":"running","reason":"2 min"},{"stage":"production","state":"not-reached","reason":""}],
             "next":"Waits for qa."}
            """);
        Assert.Equal(
            "aaaaaaa  Fix it  maria  acme/web\nbuild #412\tbuilding\t\nrelease 7\tsucceeded\tsha256:1\nqa\trunning\t2 min\n"
            + "production\tnot-reached\t\nWaits for qa.\n",
            (await Run.LineAsync(server, "status aaaa")).Out);
        var terminal = await Run.WithAsync(server, ["status", "aaaa", "--no-color"], terminal: true);
        Assert.Contains("● build #412     building       \n", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("✔ qa             running        2 min\n", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("○ production     not-reached", terminal.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_a_commit_is_an_address_of_the_server()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/commits/aaaa", 200, """{"url":"/commits/aaaa"}""");
        Assert.Equal($"{server.Url}/commits/aaaa\n", (await Run.LineAsync(server, "open aaaa")).Out);
    }

    [Fact]
    public async Task A_plan_shows_changes_commits_blockers_and_the_way_back()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/promotions/91/plan", 200, $$"""
            {"digest":"sha256:77","stage":"production","from":{"number":6},"to":{"number":7},"rollbackTarget":{"number":6},
             "deployables":[
               {"name":"api","change":"changed","fields":[{"field":"image","was":"{{Sample.Digest}}","now":"v2"}]},
               {"name":"web","change":"unchanged","fields":[{"field":"image","was":"a","now":"a"}]}],
             "commits":[{"sha":"{{Sample.Sha}}","subject":"Fix it","author":"maria"}],
             "blockers":[{"gate":"approval","sentence":"1 of 2 approvals."}]}
            """);
        Assert.Equal(
            """
            plan sha256:77
            production: release 6 -> 7
              api  changed
                image: sha256:bbbbbbbbbbbb -> v2
              web  unchanged
              aaaaaaa Fix it (maria)
              blocked by approval: 1 of 2 approvals.
            rollback target: release 6

            """,
            (await Run.LineAsync(server, "promotion plan 91")).Out);
    }

    [Fact]
    public async Task The_first_promotion_into_a_stage_has_nothing_before_it()
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/promotions/91/plan", 200, """{"digest":"d","stage":"qa","from":null,"to":{"number":1},"rollbackTarget":null}""");
        Assert.Equal(
            "plan d\nqa: release none -> 1\nrollback target: release none\n", (await Run.LineAsync(server, "promotion plan 91")).Out);
    }

    [Fact]
    public async Task Why_a_promotion_waits_is_one_sentence()
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/promotions/91/why", 200, """{"sentence":"It waits for 1 approval."}""");
        Assert.Equal("It waits for 1 approval.\n", (await Run.LineAsync(server, "promotion why 91")).Out);
    }

    [Fact]
    public async Task An_explanation_lists_the_blockers_in_the_servers_order()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/tasks/t1/why", 200, """
            {"subject":"t1","state":"pending","summary":"needs 4 cpus","blockers":[
              {"code":"cpus","text":"too few cpus","agents":3,"racks":["b"],"needed":"4","best":"2"},
              {"code":"frozen","text":"frozen","agents":7}]}
            """);
        Assert.Equal(
            "t1: needs 4 cpus\ncpus\t3\tb\t4\t2\ttoo few cpus\nfrozen\t7\t\t\t\tfrozen\n",
            (await Run.LineAsync(server, "task why t1")).Out);
    }

    [Fact]
    public async Task The_history_of_a_task_mixes_statuses_and_probes_by_time()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/tasks/t1", 200, """
            {"statuses":[{"at":"3","state":"finished","message":"exit 0"},{"at":"1","state":"running","message":""}],
             "probes":[{"at":"2","passed":true,"status":200,"detail":"ok"},{"at":"0","passed":false,"status":"","detail":"refused"}]}
            """);
        Assert.Equal(
            "0\tprobe failed\t refused\n1\trunning\t\n2\tprobe passed\t200 ok\n3\tfinished\texit 0\n",
            (await Run.LineAsync(server, "task history t1")).Out);
    }

    [Theory]
    [InlineData("promotion approve 91", "Approved: promotion 91 into production is baking\n", Watch)]
    [InlineData("promotion reject 91 -m no", "Rejected: promotion 91 into production is baking\n", Watch)]
    [InlineData("promotion rollback 91", "Rolling back: promotion 91 into production is baking\n", Watch)]
    [InlineData("build cancel acme/web#412", "", "Build acme/web#412 is cancelled.\n")]
    [InlineData("task kill t1", "", "The scheduler will kill task t1.\n")]
    [InlineData("cluster reconcile qa", "", "Reconciliation of cluster qa was requested.\n")]
    [InlineData("cluster release qa 4", "", "Entry 4 will be processed again.\n")]
    [InlineData("cluster thaw qa", "", "Done.\n")]
    public async Task What_was_done_is_said(string line, string stdout, string stderr)
    {
        await using var server = Sample.WithEverything().Otherwise(200, Sample.Promotion("baking"));
        var ran = await Run.LineAsync(server, line);
        Assert.Equal((0, stdout, stderr), (ran.Code, ran.Out, ran.Error));
    }

    [Fact]
    public async Task A_failed_job_that_is_retried_says_when_it_runs()
    {
        await using var server = FakeServer.Start().On("POST /api/v1/failures/1/retry", 202, "");
        var retried = await Run.LineAsync(server, "failure retry 1");
        Assert.Equal(
            (0, "", "The job of failure 1 is tried again within a second.\n"), (retried.Code, retried.Out, retried.Error));
    }

    [Fact]
    public async Task A_new_token_is_shown_once_and_said_to_be_kept()
    {
        await using var server = FakeServer.Start().On("POST /api/v1/tokens", 201, """{"token":"plt_1"}""");
        var made = await Run.LineAsync(server, "token create maria");
        Assert.Equal(("token\tplt_1\n", "Store the token now; it is not shown again.\n"), (made.Out, made.Error));
    }

    [Theory]
    [InlineData("""{"id":7,"state":"accepted","detail":"2 agents"}""", "Done: 2 agents\n")]
    [InlineData("""{"id":7,"state":"accepted","detail":null}""", "Done.\n")]
    [InlineData("""{"id":7,"state":"waiting"}""", "Recorded as command 7. The cluster has no leader; its next leader decides.\n")]
    public async Task What_the_leader_made_of_a_change_is_said(string answer, string said)
    {
        await using var server = FakeServer.Start().On("DELETE /api/v1/clusters/qa/priority-freeze", 202, answer);
        Assert.Equal(said, (await Run.LineAsync(server, "cluster thaw qa")).Error);
    }

    [Fact]
    public async Task A_promotion_that_was_started_says_where_it_stands_and_a_hold_needs_a_reason()
    {
        await using var server = FakeServer.Start()
            .On("POST /api/v1/promotions", 202, Sample.Promotion("waiting"))
            .On("DELETE /api/v1/releases/sha256%3A1/hold", 204, "");
        var started = await Run.LineAsync(server, "release promote sha256:1 production");
        Assert.Equal((0, "Promotion 91 into production is waiting\n", Watch), (started.Code, started.Out, started.Error));
        Assert.Contains("\"phase\": \"waiting\"", (await Run.LineAsync(server, "release promote sha256:1 production --json")).Out);

        var refused = await Run.LineAsync(server, "release hold sha256:1");
        Assert.Equal((2, "error: A hold needs a reason. Add -m \"reason\".\n"), (refused.Code, refused.Error.Replace("\n  ", " ")));
        var lifted = await Run.LineAsync(server, "release unhold sha256:1");
        Assert.Equal((0, ""), (lifted.Code, lifted.Out));
        Assert.Contains("pipeline release promote", lifted.Error);
    }
}
