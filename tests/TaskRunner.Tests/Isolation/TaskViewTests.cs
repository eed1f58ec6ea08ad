using System.Globalization;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TestKit;

namespace Pipeline.TaskRunner.Tests.Isolation;

/// <summary>What a hostile step can see, reach and leave behind: the real program, by a root runner and by an ordinary one.</summary>
public sealed class TaskViewTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> None = [];
    private readonly string secrets = RunnerProcess.NewFolder();
    private FakeServer server = null!;

    // Whoever runs the tests is one of the two; only root can be the other, too.
    public static TheoryData<string> Runners => Machine.IsRoot ? ["root", "ordinary user"] : ["ordinary user"];

    public async ValueTask InitializeAsync()
    {
        server = await FakeServer.StartAsync();
        Machine.OpenToAll(secrets);
        await File.WriteAllTextAsync(Path.Combine(secrets, "server.key"), "the key of the server");
        // Worse than the real one, which is 0600: the view must do without the help of permissions.
        File.SetUnixFileMode(Path.Combine(secrets, "server.key"), (UnixFileMode)0b110_110_110);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(secrets, recursive: true);
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task Nothing_of_the_agent_is_there_but_the_systems_own_programs(string runner)
    {
        var log = await LogOfAsync(runner, $"cat {secrets}/server.key; ls {secrets} /root /tmp; ls /; ls /home /etc /var /run/*; ls -a");

        Assert.DoesNotContain("the key of the server", log);
        var names = log.Split('\n').Where(l => !l.Contains(' ', StringComparison.Ordinal)).ToList();
        Assert.Contains("input.txt", names);
        string[] hidden = ["shadow", "sudoers", "docker", "postgresql", "server.key", "root", "sys", "srv", "mnt", "step-0.log"];
        Assert.Empty(hidden.Intersect(names));
        Assert.DoesNotContain(Path.GetFileName(secrets), log.Replace($"{secrets}", "", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task A_step_can_write_to_its_own_folders_and_nowhere_else(string runner)
    {
        var log = await LogOfAsync(
            runner,
            "for f in . /tmp $HOME / /usr /etc /var /home /run/pipeline /opt /proc/sys/kernel; "
            + "do touch $f/mark 2>/dev/null && echo wrote $f; done; true");

        Assert.Equal(["wrote .", "wrote /tmp", "wrote /home/task"], Said(log).Where(l => l.StartsWith("wrote", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task A_step_has_no_capability_and_no_way_to_new_privileges(string runner)
    {
        var log = await LogOfAsync(runner, "grep -E '^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs|Groups|Uid)' /proc/self/status");

        foreach (var set in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
            Assert.Contains($"{set}:\t0000000000000000", log);
        Assert.Contains("NoNewPrivs:\t1", log);
        Assert.DoesNotContain("Uid:\t0", log);
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task A_step_sees_no_process_but_its_own_and_cannot_end_its_runner(string runner)
    {
        await using var process = Start(runner, "ls /proc | grep -c '^[0-9]'; kill -9 -1; kill -9 $PPID; exit 3");

        Assert.Equal(1, await process.ExitAsync());
        Assert.True(int.Parse(Said(server.Log(0))[0], CultureInfo.InvariantCulture) < 8);
        Assert.Equal("app", server.Result!.Class);
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task What_fled_into_a_session_of_its_own_is_gone_when_the_step_has_ended(string runner)
    {
        var left = $"300.{Random.Shared.Next(100_000_000, 999_999_999)}";

        var log = await LogOfAsync(
            runner, $"setsid sh -c 'setsid sleep {left} & sleep {left}' >/dev/null 2>&1 </dev/null & sleep 0.3; ps ax | grep -c [s]leep",
            "echo next");

        Assert.NotEqual("0", Said(log)[0]);
        Assert.Empty(Machine.ProcessesWith(left));
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task Variables_of_a_step_are_loaded_by_nothing_that_is_started_before_it(string runner)
    {
        var variables = new Dictionary<string, string> { ["LD_PRELOAD"] = "/workspace/evil.so", ["BASH_ENV"] = "/workspace/evil.sh" };
        server.Source = Tars.Of(("evil.sh", "id -u > /workspace/loaded-by\n"), ("input.txt", "x"));
        server.Spec = SpecOf([new StepSpec("s", "cat loaded-by", 60, variables)]);
        await using var process = RunnerProcess.StartThrough(Through(runner), server.Url);

        Assert.Equal(0, await process.ExitAsync());
        Assert.DoesNotContain("0", Said(server.Log(0)));
        Assert.DoesNotContain("bwrap", server.Log(0));
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task The_value_of_a_variable_is_on_no_command_line_and_in_no_file_once_the_step_runs(string runner)
    {
        var secret = $"value-{Random.Shared.NextInt64()}";
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf([new StepSpec("s", "echo running; sleep 300", 60, new Dictionary<string, string> { ["SECRET"] = secret })]);
        await using var process = RunnerProcess.StartThrough(Through(runner), server.Url);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(server.Log(0).Contains("running\n")), TimeSpan.FromSeconds(30), "the step runs");

        Assert.Empty(Machine.ProcessesWith(secret));
        Assert.False(File.Exists(Path.Combine(process.Sandbox, "environment")));
        process.Signal("TERM");
        Assert.Equal(143, await process.ExitAsync());
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task Links_out_of_the_workspace_lead_nowhere(string runner)
    {
        var log = await LogOfAsync(
            runner, $"ln -s {secrets} out; ln -s {secrets}/server.key key; cat out/server.key key; echo over > key; true");

        Assert.DoesNotContain("the key of the server", log);
        Assert.Equal("the key of the server", await File.ReadAllTextAsync(Path.Combine(secrets, "server.key")));
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task Steps_of_a_build_share_their_folders(string runner)
    {
        var log = await LogOfAsync(
            runner, "echo a > a; echo b > ~/b; echo c > /tmp/c; mkdir -m 700 d; echo d > d/d", "cat a ~/b $TMPDIR/c d/d input.txt");

        Assert.EndsWith("a\nb\nc\nd\nhello\n", log);
    }

    [Fact]
    public async Task Two_tasks_at_once_are_two_users_and_neither_is_root()
    {
        if (!Machine.IsRoot)
            return; // one user is all that an ordinary user has
        await using var other = await FakeServer.StartAsync();
        server.Source = other.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = other.Spec = SpecOf([new StepSpec("s", "id -u; id -un; sleep 300", 60, None)]);
        await using var first = RunnerProcess.Start(server.Url);
        await using var second = RunnerProcess.Start(other.Url);
        await Eventually.BecomesAsync(
            () => Task.FromResult(server.Log(0) + other.Log(0)), logs => logs.Split("task\n").Length == 3, TimeSpan.FromSeconds(30),
            "both run");

        var (one, two) = (Id(server), Id(other));
        Assert.NotEqual(one, two);
        var (low, high) = TaskUser.Parse(RunnerEnvironment.DefaultUsers);
        Assert.All([one, two], id => Assert.InRange(id, low, high));

        static int Id(FakeServer server) => int.Parse(Said(server.Log(0))[0], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task What_a_step_made_for_itself_alone_is_uploaded_all_the_same()
    {
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf([new StepSpec("s", "umask 077; mkdir out; echo made > out/file", 60, None)]) with
        {
            Artifacts = [new("a", "out/file")],
        };
        await using var process = RunnerProcess.Start(server.Url);

        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal("made\n"u8.ToArray(), Assert.Single(server.Artifacts).Value);
    }

    [Fact]
    public async Task An_agent_that_cannot_isolate_runs_nothing_and_says_what_to_do()
    {
        if (!Machine.IsRoot)
            return; // only root can take namespaces from others
        string[] withoutNamespaces = [.. Machine.AsNobody, "bwrap", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns", "--"];
        await using var process = Start(withoutNamespaces, "echo ran");

        Assert.Equal(75, await process.ExitAsync());
        var said = await process.SaidAsync();
        Assert.Contains("INFRA: This agent cannot isolate tasks: ", said);
        Assert.Contains("PIPELINE_ISOLATION", said);
        Assert.Empty(Said(server.Log(0)));
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("none")]
    public async Task Where_an_operator_says_so_the_step_sees_the_agent_as_it_is(string isolation)
    {
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf([new StepSpec("s", $"cat {secrets}/server.key; pwd", 60, None)]);
        await using var process = RunnerProcess.Start(server.Url, new Dictionary<string, string> { ["PIPELINE_ISOLATION"] = isolation });

        Assert.Equal(0, await process.ExitAsync());
        Assert.EndsWith($"the key of the server{process.Sandbox}/workspace\n", server.Log(0));
    }

    [Theory]
    [InlineData("PIPELINE_ISOLATION", "chroot", 64)]
    [InlineData("PIPELINE_TASK_USERS", "0-100", 75)]
    [InlineData("PIPELINE_TASK_USERS", "users", 75)]
    public async Task A_setting_that_cannot_be_read_runs_nothing(string name, string value, int exitCode)
    {
        if (!Machine.IsRoot)
            return; // only root takes a user from the range
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf([new StepSpec("s", "echo ran", 60, None)]);
        await using var process = RunnerProcess.Start(server.Url, new Dictionary<string, string> { [name] = value });

        Assert.Equal(exitCode, await process.ExitAsync());
        Assert.Contains(name, await process.SaidAsync());
        Assert.Empty(server.Steps);
    }

    [Fact]
    public async Task Tools_that_the_operator_opens_can_be_read()
    {
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf([new StepSpec("s", $"cat {secrets}/server.key; touch {secrets}/new || true", 60, None)]);
        await using var process = RunnerProcess.Start(
            server.Url, new Dictionary<string, string> { ["PIPELINE_TOOLS"] = $"{secrets}:/not/there" });

        Assert.Equal(0, await process.ExitAsync());
        Assert.Contains("the key of the server", server.Log(0));
        Assert.False(File.Exists(Path.Combine(secrets, "new")));
    }

    private static string[]? Through(string runner) => runner == "root" || !Machine.IsRoot ? null : Machine.AsNobody;

    // Without the echo of the commands.
    private static string[] Said(string log) =>
        [.. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("+ ", StringComparison.Ordinal))];

    private RunnerProcess Start(string runner, params string[] runs) => Start(Through(runner), runs);

    private RunnerProcess Start(string[]? through, params string[] runs)
    {
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = SpecOf([.. runs.Select((run, i) => new StepSpec($"s{i}", run, 60, None))]);
        return RunnerProcess.StartThrough(through, server.Url);
    }

    private BuildSpec SpecOf(IReadOnlyList<StepSpec> steps) => new("", Tars.DigestOf(server.Source!), steps, [], None, []);

    private async Task<string> LogOfAsync(string runner, params string[] runs)
    {
        await using var process = Start(runner, [.. runs.Select(r => "set +e; " + r + "; true")]);
        var exit = await process.ExitAsync();
        Assert.True(exit == 0, $"exit {exit}: {await process.SaidAsync()} {server.Log(0)}");
        return string.Concat(runs.Select((_, i) => server.Log(i)));
    }
}
