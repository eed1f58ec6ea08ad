using System.Globalization;
using Pipeline.Kernel.Postgres;
using Pipeline.LocalMesos.Posix;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Posix;

/// <summary>Processes, sessions, and what is known of them.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TemporaryDirectory directory = new();
    private readonly ChildReaper reaper = new();

    [Theory]
    [InlineData("exit 0", 0, "Command exited with status 0")]
    [InlineData("exit 137", 137, "Command exited with status 137")]
    [InlineData("kill -9 $$", null, "Command terminated with signal Killed")]
    [InlineData("kill -TERM $$", null, "Command terminated with signal Terminated")]
    public async Task An_exit_is_told_from_a_signal(string script, int? code, string message)
    {
        var exit = await Start(script).Exit;
        Assert.Equal((code, message), (exit.ExitCode, exit.Message));
    }

    [Fact]
    public async Task Every_exit_reaches_who_started_the_child_whoever_else_starts_children_in_this_process()
    {
        var other = new ChildReaper();
        var exits = Enumerable.Range(0, 50).Select(async i =>
        {
            var ours = Start($"exit {i}").Exit;
            var theirs = Start(other, $"exit {i + 1}").Exit;
            var runtimes = ChildProcess.RunAsync("sh", ["-c", $"exit {i + 2}"], CancellationToken.None);
            return (i, (await ours).ExitCode, (await theirs).ExitCode, (await runtimes).ExitCode);
        });

        Assert.All(await Task.WhenAll(exits).WaitAsync(Patience), e => Assert.Equal((e.i, e.i + 1, e.i + 2), (e.Item2, e.Item3, e.Item4)));
    }

    [Fact]
    public async Task An_exit_is_reported_after_a_collection_of_garbage()
    {
        var (pid, exit) = Start("sleep 1000");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Sessions.Signal(pid, LibC.SigKill);

        Assert.Equal(LibC.SigKill, (await exit.WaitAsync(Patience)).Signal);
    }

    [Fact]
    public async Task Output_goes_into_files_and_the_environment_is_only_what_is_given()
    {
        await Start("echo $A; pwd; env | grep -c HOME; echo bad >&2", new Dictionary<string, string> { ["A"] = "b" }).Exit;
        Assert.Equal(["b", directory.Path, "0"], File.ReadAllLines(Path.Combine(directory.Path, "out")));
        Assert.Equal("bad\n", File.ReadAllText(Path.Combine(directory.Path, "err")));
    }

    [Fact]
    public void A_program_that_is_not_there_is_an_error_with_its_name() => Assert.Contains(
        "/no/such/program cannot be started in ", Assert.Throws<IOException>(() => reaper.Start(new ChildStart(
            "/no/such/program", ["x"], new Dictionary<string, string>(), directory.Path, "/dev/null", "/dev/null"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task SIGKILL_reaches_a_child_in_a_group_of_its_own()
    {
        var (pid, exit) = Start("set -m; sleep 1000 & echo $! > child; wait");
        var file = Path.Combine(directory.Path, "child");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(File.Exists(file) && File.ReadAllText(file).EndsWith('\n')), Patience, "the child");
        var child = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        Assert.Equal(pid, ProcStat.Read(child)!.Value.Session);
        Sessions.Signal(pid, LibC.SigKill);
        await exit;

        await Eventually.IsTrueAsync(() => Task.FromResult(ProcStat.Read(child) is not { IsAlive: true }), Patience, "the child is dead");
        Assert.False(Sessions.Exists(pid));
    }

    [Fact]
    public async Task Orphans_of_an_earlier_run_are_killed()
    {
        var (pid, exit) = Start("sleep 1000");
        new RunningGroups(directory.Path).Add(pid);
        Assert.Equal(1, new RunningGroups(directory.Path).KillOrphans());

        Assert.Equal(LibC.SigKill, (await exit).Signal);
        Assert.Equal(0, new RunningGroups(directory.Path).KillOrphans());
    }

    [Fact]
    public async Task A_process_that_got_the_pid_later_is_spared()
    {
        var (pid, exit) = Start("sleep 1000");
        var groups = new RunningGroups(directory.Path);
        groups.Add(pid);
        File.WriteAllText(Path.Combine(directory.Path, "running", pid.ToString(CultureInfo.InvariantCulture)), "1");
        Assert.Equal(0, groups.KillOrphans());
        Assert.True(ProcStat.Read(pid)!.Value.IsAlive);
        Sessions.Signal(pid, LibC.SigKill);
        await exit;
    }

    [Fact]
    public void A_name_with_parentheses_and_spaces_does_not_confuse_the_fields()
    {
        var stat = ProcStat.Parse("42 (a) b (c)) S 1 42 41 0 -1 4194304 1 2 3 4 500 60 7 8 20 0 1 0 98765 1000 250 0 0\n");
        Assert.Equal(new ProcStat('S', 41, 507, 68, "98765", 250), stat);
    }

    [Theory]
    [InlineData('S', true)]
    [InlineData('R', true)]
    [InlineData('Z', false)]
    [InlineData('X', false)]
    public void Zombies_are_not_alive(char state, bool alive) => Assert.Equal(alive, new ProcStat(state, 1, 0, 0, "", 0).IsAlive);

    [Fact]
    public void A_process_that_is_gone_has_no_state() => Assert.Null(ProcStat.Read(int.MaxValue));

    [Fact]
    public async Task Usage_is_that_of_the_whole_session()
    {
        var (pid, exit) = Start("sleep 1000 & sleep 1000 & wait");
        await Eventually.IsTrueAsync(() => Task.FromResult(ProcStat.OfSession(pid).Count() == 3), Patience, "three processes");
        Assert.True(ProcessUsage.OfSession(pid).ResidentBytes > 0);
        Sessions.Signal(pid, LibC.SigKill);
        await exit;
        // Its children are collected by another process, in that one's time.
        await Eventually.BecomesAsync(
            () => Task.FromResult(ProcessUsage.OfSession(pid)), usage => usage == default, Patience, "nothing is used");
    }

    [Fact]
    public void Disk_usage_counts_files_of_all_directories()
    {
        Directory.CreateDirectory(Path.Combine(directory.Path, "a", "b"));
        File.WriteAllBytes(Path.Combine(directory.Path, "a", "x"), new byte[10]);
        File.WriteAllBytes(Path.Combine(directory.Path, "a", "b", "y"), new byte[5]);
        Assert.Equal(15UL, ProcessUsage.DiskBytes(Path.Combine(directory.Path, "a")));
        Assert.Equal(0UL, ProcessUsage.DiskBytes(Path.Combine(directory.Path, "none")));
        using (var sparse = File.Create(Path.Combine(directory.Path, "a", "sparse")))
        {
            sparse.SetLength(4L << 30);
            sparse.Position = 2L << 30;
            sparse.Write(new byte[100_000]);
        }

        Assert.InRange(ProcessUsage.DiskBytes(Path.Combine(directory.Path, "a")), 100_015UL, 1_000_000UL);
    }

    [Fact]
    public void Blocks_of_ports_do_not_overlap_and_are_free_again_when_disposed()
    {
        using var first = PortBlock.Take();
        int start;
        using (var second = PortBlock.Take())
        {
            start = second.Start;
            Assert.True(second.Start > first.LastTaskPort || second.LastTaskPort < first.Start);
            Assert.Equal((second.Start, second.Start + 1, second.Start + 99), (second.ApiPort, second.FirstTaskPort, second.LastTaskPort));
        }

        Assert.InRange(start, 20_000, 31_900);
        Assert.Equal(0, start % 100);
    }

    [Fact]
    public void A_block_on_one_of_whose_ports_a_task_of_an_agent_that_is_gone_still_listens_is_not_given_out()
    {
        int start;
        using (var first = PortBlock.Take())
            start = first.Start;
        using var left = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, start + 57);
        left.Start();
        var taken = new List<PortBlock>();
        try
        {
            for (var i = 0; i < 5; i++)
                taken.Add(PortBlock.Take());
            Assert.DoesNotContain(taken, b => b.Start == start);
        }
        finally
        {
            taken.ForEach(b => b.Dispose());
        }
    }

    [Fact]
    public void A_file_is_replaced_as_a_whole()
    {
        var path = Path.Combine(directory.Path, "file");
        AtomicFile.Write(path, "long contents"u8.ToArray());
        AtomicFile.Write(path, "short"u8.ToArray());
        Assert.Equal("short", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(directory.Path));
    }

    public void Dispose() => directory.Dispose();

    private (int Pid, Task<ChildExit> Exit) Start(string script, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(reaper, script, environment);

    private (int Pid, Task<ChildExit> Exit) Start(
        ChildReaper by, string script, IReadOnlyDictionary<string, string>? environment = null) =>
        by.Start(new ChildStart(
            "/bin/bash", ["bash", "-c", script],
            environment ?? new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, directory.Path,
            Path.Combine(directory.Path, "out"), Path.Combine(directory.Path, "err")));
}
