using System.Net;
using System.Net.Sockets;
using Pipeline.TaskRunner.Contract;
using Pipeline.TestKit;

namespace Pipeline.TaskRunner.Tests;

public sealed class BuildTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> None = [];
    private FakeServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Steps_run_in_order_and_everything_reaches_the_server()
    {
        await using var runner = Build(
            [Step("one", "echo first > made; cat input.txt"), Step("two", "cat made; mkdir -p out; cp made out/; echo err >&2")],
            [new("api", "out")]);

        Assert.Equal(0, await runner.ExitAsync());

        Assert.Equal("+ echo first > made; cat input.txt\nhello\n", server.Log(0));
        Assert.EndsWith("first\nerr\n", server.Log(1));
        Assert.Equal(["0 running ", "0 succeeded 0", "1 running ", "1 succeeded 0"], Reports());
        Assert.Equal("succeeded", server.Result!.Outcome);
        var artifact = Assert.Single(server.Result.Artifacts);
        Assert.Equal(server.Artifacts[artifact.Digest].Length, artifact.Bytes);
        Assert.Equal("application/x-tar+gzip", artifact.MediaType);
    }

    [Fact]
    public async Task A_failing_step_ends_the_build_with_its_exit_code()
    {
        await using var runner = Build([Step("test", "false | true; echo never"), Step("later", "echo no")], []);

        Assert.Equal(1, await runner.ExitAsync());

        Assert.Equal(["0 running ", "0 failed 1"], Reports());
        Assert.Equal(
            ("failed", "test", 1, "app"), (server.Result!.Outcome, server.Result.FailedStep, server.Result.ExitCode, server.Result.Class));
        Assert.DoesNotContain("\nnever", server.Log(0));
    }

    [Theory]
    [InlineData("exit 75", 75, "infra")]
    [InlineData("exit 3", 1, "app")]
    [InlineData("no-such-command-at-all", 1, "app")]
    public async Task The_exit_code_of_a_step_says_whose_fault_it_is(string run, int exitCode, string failureClass)
    {
        await using var runner = Build([Step("s", run)], []);

        Assert.Equal(exitCode, await runner.ExitAsync());
        Assert.Equal(failureClass, server.Result!.Class);
    }

    [Fact]
    public async Task A_step_that_runs_too_long_is_killed_with_all_that_it_started()
    {
        var left = UniqueSleep();
        await using var runner = Build(
            [new StepSpec("slow", $"sleep {left} & trap '' TERM; echo waiting; wait; sleep 300", 1, None)], []);

        Assert.Equal(124, await runner.ExitAsync());

        Assert.Equal(["0 running ", "0 timed-out 124"], Reports());
        Assert.Contains("timed out after 1 s", server.Log(0));
        Assert.Empty(Machine.ProcessesWith(left));
    }

    [Fact]
    public async Task The_log_is_whole_and_in_order_although_connections_drop_and_answers_get_lost()
    {
        server.DropBefore = (http, n) => http.Request.Path.Value!.EndsWith("/log", StringComparison.Ordinal) && n % 5 == 0;
        server.DropAfter = (http, n) => http.Request.Path.Value!.EndsWith("/log", StringComparison.Ordinal) && n % 3 == 0;
        await using var runner = Build([Step("loud", "for i in $(seq 1 40); do echo line $i; sleep 0.02; done; seq 1 100000")], []);

        Assert.Equal(0, await runner.ExitAsync());

        var lines = server.Log(0).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Equal([.. Enumerable.Range(1, 40).Select(i => $"line {i}"), .. Enumerable.Range(1, 100_000).Select(i => $"{i}")], lines);
    }

    [Fact]
    public async Task Every_call_is_repeated_until_it_is_answered_and_no_step_runs_twice()
    {
        server.DropBefore = (_, n) => n % 3 == 1;
        server.DropAfter = (_, n) => n % 3 == 2;
        await using var runner = Build([Step("once", "echo ran >> count; cat count")], [new("count", "count")]);

        Assert.Equal(0, await runner.ExitAsync());

        Assert.EndsWith("\nran\n", server.Log(0));
        Assert.Equal("succeeded", server.Result!.Outcome);
        Assert.Equal("ran\n", System.Text.Encoding.UTF8.GetString(Assert.Single(server.Artifacts).Value));
    }

    [Fact]
    public async Task A_server_that_is_away_is_waited_for()
    {
        using var reserved = new TcpListener(IPAddress.Loopback, 0);
        reserved.Start();
        var port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        await using var runner = RunnerProcess.Start($"http://127.0.0.1:{port}");
        // It asks, and nobody answers.
        using (await reserved.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
            reserved.Stop();
        await using var late = await FakeServer.StartAsync(port);
        late.Source = Tars.Of(("a", "b"));
        late.Spec = SpecOf(late.Source, [Step("s", "true")], []);

        Assert.Equal(0, await runner.ExitAsync());
    }

    [Fact]
    public async Task A_stolen_ticket_or_a_wrong_one_is_final()
    {
        server.Spec = SpecOf([], [], []);
        await using var runner = RunnerProcess.Start(server.Url, new Dictionary<string, string> { ["PIPELINE_TICKET"] = "wrong" });

        Assert.Equal(75, await runner.ExitAsync());
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Secrets_never_reach_the_server_not_even_across_chunks_or_encoded()
    {
        const string secret = "p@ss word/42";
        const string run = """
            printf 'a p@ss '; sleep 0.2; printf 'word/42 b\n'; printf '%s' "$SECRET" | base64; echo 'p%40ss%20word%2F42'; printf 'tail p@s'
            """;
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf(server.Source, [new StepSpec("s", run, 60, new Dictionary<string, string> { ["SECRET"] = secret })], []) with { Mask = [secret] };
        await using var runner = RunnerProcess.Start(server.Url);

        Assert.Equal(0, await runner.ExitAsync());

        var output = server.Log(0)[(server.Log(0).IndexOf('\n') + 1)..];
        Assert.Equal("a *** b\n***\n***\ntail p@s", output);
    }

    [Fact]
    public async Task A_source_with_another_digest_is_not_unpacked()
    {
        server.Source = Tars.Of(("input.txt", "other"));
        server.Spec = SpecOf(Tars.Of(("input.txt", "expected")), [Step("s", "echo ran")], []);
        await using var runner = RunnerProcess.Start(server.Url);

        Assert.Equal(76, await runner.ExitAsync());

        Assert.Empty(server.Steps);
        Assert.Equal("security", server.Result!.Class);
        Assert.False(Directory.Exists(Path.Combine(runner.Sandbox, "workspace")));
    }

    [Fact]
    public async Task The_same_content_is_packed_to_the_same_digest_and_not_sent_again()
    {
        const string pack = "mkdir -p out/sub; echo x > out/sub/b; echo y > out/a; chmod +x out/a; ln -sfn sub/b out/link; touch -d \"$WHEN\" out/a out/sub";
        string[] digests = new string[2];
        foreach (var (i, when) in new[] { "2001-01-01", "2020-02-02" }.Index())
        {
            server.Source = Tars.Of(("input.txt", "hello\n"));
            server.Spec = SpecOf(
                server.Source, [new StepSpec("s", pack, 60, new Dictionary<string, string> { ["WHEN"] = when })], [new("o", "out")]);
            await using var again = await FakeServer.StartAsync();
            (again.Source, again.Spec) = (server.Source, server.Spec);
            foreach (var (digest, bytes) in server.Artifacts)
                again.Artifacts[digest] = bytes;
            await using var runner = RunnerProcess.Start(again.Url);
            Assert.Equal(0, await runner.ExitAsync());
            digests[i] = Assert.Single(again.Result!.Artifacts).Digest;
            server.Artifacts[digests[i]] = again.Artifacts[digests[i]];
            Assert.Equal(i == 0 ? 1 : 0, again.Uploads);
        }

        Assert.Equal(digests[0], digests[1]);
    }

    [Theory]
    [InlineData("../outside", "ln -s / nothing")]
    [InlineData("etc/passwd", "ln -s /etc etc")]
    [InlineData("missing", "true")]
    [InlineData("pipe", "mkfifo pipe")]
    [InlineData("out", "mkdir out; ln -s /etc/passwd out/p")]
    public async Task An_artifact_path_that_leaves_the_workspace_or_is_not_there_is_a_definition_error(string path, string run)
    {
        await using var runner = Build([Step("s", run)], [new("a", path)]);

        Assert.Equal(1, await runner.ExitAsync());

        Assert.Equal("config", server.Result!.Class);
        Assert.Empty(server.Artifacts);
    }

    [Fact]
    public async Task A_step_sees_a_clean_environment_and_no_ticket()
    {
        await using var runner = Build([Step("env", "env; cat </dev/stdin; tr '\\0' '\\n' < /proc/$PPID/environ || true")], []);

        Assert.Equal(0, await runner.ExitAsync());

        var log = server.Log(0);
        Assert.Contains("\nCI=true\n", log);
        Assert.Contains("\nPORT0=31000\n", log);
        Assert.Contains("\nHOME=/home/task\n", log);
        Assert.DoesNotContain("ticket-1", log);
        Assert.DoesNotContain("\nPIPELINE_SERVER=", log[..log.IndexOf("\nMSBUILDDISABLENODEREUSE", StringComparison.Ordinal)]);
    }

    [Fact]
    public async Task A_task_that_is_told_to_end_stops_its_step_and_says_so()
    {
        await using var runner = Build([Step("long", "echo started; sleep 300")], []);
        await Eventually.IsTrueAsync(() => Task.FromResult(server.Log(0).Contains("started\n")), TimeSpan.FromSeconds(20), "the step runs");

        runner.Signal("TERM");

        Assert.Equal(143, await runner.ExitAsync());
        Assert.Equal("infra", server.Result!.Class);
        Assert.Contains("told to end", server.Log(0));
    }

    [Fact]
    public async Task Nothing_outlives_a_runner_that_is_killed()
    {
        var left = UniqueSleep();
        await using var runner = Build([Step("long", $"exec sleep {left}")], []);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(Machine.ProcessesWith(left).Count > 0), TimeSpan.FromSeconds(20), "the step runs");

        runner.Signal("KILL");

        await Eventually.IsTrueAsync(
            () => Task.FromResult(Machine.ProcessesWith(left).Count == 0), TimeSpan.FromSeconds(10), "the step ended with its runner");
    }

    /// <summary>While the view is being made, bubblewrap does not yet end with its parent.</summary>
    [Fact]
    public async Task Nothing_outlives_a_runner_that_is_killed_while_a_step_starts()
    {
        for (var delay = 0; delay < 60; delay += 3)
        {
            var left = UniqueSleep();
            await using var runner = Build([Step("long", $"exec sleep {left}")], []);
            await Eventually.IsTrueAsync(
                () => Task.FromResult(Machine.ProcessesWith(left).Count > 0), TimeSpan.FromSeconds(20), "the step starts");
            await Task.Delay(TimeSpan.FromMilliseconds(delay), TimeProvider.System, TestContext.Current.CancellationToken);

            runner.Signal("KILL");

            await Eventually.IsTrueAsync(
                () => Task.FromResult(Machine.ProcessesWith(left).Count == 0), TimeSpan.FromSeconds(10),
                $"nothing is left of a step whose runner was killed {delay} ms after its start");
        }
    }

    private RunnerProcess Build(IReadOnlyList<StepSpec> steps, IReadOnlyList<ArtifactSpec> artifacts)
    {
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf(server.Source, steps, artifacts);
        return RunnerProcess.Start(server.Url);
    }

    private IEnumerable<string> Reports() => server.Steps.Select(s => $"{s.Index} {s.Report.State} {s.Report.ExitCode}");

    private static StepSpec Step(string name, string run) => new(name, run, 60, None);

    private static BuildSpec SpecOf(byte[] source, IReadOnlyList<StepSpec> steps, IReadOnlyList<ArtifactSpec> artifacts) =>
        new("", Tars.DigestOf(source), steps, artifacts, None, []);

    // Found again among all processes of the machine, whatever ids they have where they are.
    private static string UniqueSleep() => $"300.{Random.Shared.Next(100_000_000, 999_999_999)}";
}
