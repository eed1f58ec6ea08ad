using Pipeline.Mesos;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests;

/// <summary>One engine for all tests of the class: it takes a second to start.</summary>
public sealed class DockerFixture : IAsyncLifetime
{
    public PrivateDocker Docker { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Docker = await PrivateDocker.StartAsync();
        await Docker.ImportBusyboxAsync("small:1");
    }

    public ValueTask DisposeAsync() => Docker.DisposeAsync();
}

/// <summary>Tasks with an image on a real Docker engine.</summary>
public sealed class ContainerTests(DockerFixture fixture) : IClassFixture<DockerFixture>
{
    private static readonly string Id = Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task A_task_with_an_image_runs_in_it_with_its_sandbox_environment_and_the_hosts_network()
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await File.WriteAllTextAsync(Path.Combine(cluster.WorkDirectory, "fetched"), "from outside");
        const string Script = "ls /bin | head -1; echo $GREETING $MESOS_SANDBOX; cat fetched; echo made > file; echo bad >&2; sleep 60";
        await framework.LaunchAsync(Command("t", Script) with
        {
            Environment = new Dictionary<string, string> { ["GREETING"] = "hello" },
            Uris = [new FetchUri(Path.Combine(cluster.WorkDirectory, "fetched"), null, false, false, false)],
        });
        var running = await framework.ReachesAsync("t", TaskState.Running);
        var sandbox = await Eventually.BecomesAsync(
            () => Task.FromResult(Sandbox(cluster)),
            s =>
                File.Exists(Path.Combine(s, "file")) && File.ReadAllText(Path.Combine(s, "stderr")).Contains(
                    "bad", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20), "the container wrote");
        var lines = await File.ReadAllLinesAsync(Path.Combine(sandbox, "stdout"), TestContext.Current.CancellationToken);

        Assert.Equal("busybox", lines[0]);
        Assert.Equal("hello /mnt/mesos/sandbox", lines[1]);
        Assert.StartsWith("from outside", lines[2], StringComparison.Ordinal);
        Assert.Equal("made\n", await File.ReadAllTextAsync(Path.Combine(sandbox, "file"), TestContext.Current.CancellationToken));
        Assert.Equal(
            "host",
            (await fixture.Docker.RunAsync("inspect", "--format", "{{.HostConfig.NetworkMode}}", $"mesos-{running.ContainerId}")).Output);
    }

    [Fact]
    public async Task Limits_of_memory_and_cpu_are_in_force()
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", "sleep 60") with { Resources = new TaskResources(0.5m, 48, 0, []) });
        var running = await framework.ReachesAsync("t", TaskState.Running);
        var pid = (await fixture.Docker.RunAsync("inspect", "--format", "{{.State.Pid}}", $"mesos-{running.ContainerId}")).Output;

        Assert.Equal(["50331648"], Cgroup(pid, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Contains(Cgroup(pid, "cpu", "cpu.cfs_quota_us", "cpu.max")[0], (string[])["50000", "50000 100000"]);
    }

    [Fact]
    public async Task A_limit_above_the_need_is_what_is_in_force_and_the_need_is_the_share()
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", "sleep 60") with
        {
            Resources = new TaskResources(0.5m, 48, 0, []), Limits = new TaskLimits(double.PositiveInfinity, 96),
        });
        var running = await framework.ReachesAsync("t", TaskState.Running);
        var (_, host) = await fixture.Docker.RunAsync(
            "inspect", "--format",
            "{{.HostConfig.Memory}} {{.HostConfig.MemoryReservation}} {{.HostConfig.NanoCpus}} {{.HostConfig.CpuShares}}",
            $"mesos-{running.ContainerId}");

        Assert.Equal($"{96 << 20} {48 << 20} 0 512", host);
    }

    [Fact]
    public async Task A_limit_below_the_need_is_refused()
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", "true") with { Limits = new TaskLimits(0.01, null) });

        Assert.Equal("REASON_TASK_INVALID", (await framework.ReachesAsync("t", TaskState.Error)).Reason);
    }

    [Fact]
    public async Task A_container_sees_the_named_files_of_its_agent_and_writes_only_where_it_may()
    {
        using var files = new TemporaryDirectory();
        var (read, write) = (Path.Combine(files.Path, "read"), Path.Combine(files.Path, "write"));
        Directory.CreateDirectory(read);
        Directory.CreateDirectory(write);
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", $"echo x > {read}/no; echo y > {write}/yes; ls {read}") with
        {
            Volumes = [new ContainerVolume(read, ReadOnly: true), new ContainerVolume(write, ReadOnly: false)],
        });
        await framework.ReachesAsync("t", TaskState.Finished);

        Assert.Equal((false, true), (File.Exists(Path.Combine(read, "no")), File.Exists(Path.Combine(write, "yes"))));
    }

    [Fact]
    public async Task A_task_that_takes_too_much_memory_is_ended_and_says_so()
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(
            Command("t", "head -c 300000000 /dev/zero | tail") with { Resources = new TaskResources(0.5m, 32, 0, []) });
        var end = await framework.ReachesAsync("t", TaskState.Failed);

        Assert.Equal(("REASON_CONTAINER_LIMITATION_MEMORY", "SOURCE_AGENT"), (end.Reason, end.Source));
        Assert.Equal("Memory limit exceeded: Requested: 32MB Maximum Used: 32MB", end.Message);
    }

    [Theory]
    [InlineData("exit 0", TaskState.Finished, "Command exited with status 0")]
    [InlineData("exit 3", TaskState.Failed, "Command exited with status 3")]
    [InlineData("no-such-program", TaskState.Failed, "Command exited with status 127")]
    public async Task Exit_codes_are_those_of_the_command(string command, TaskState state, string message)
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", command));

        Assert.Equal(message, (await framework.ReachesAsync("t", state)).Message);
    }

    [Theory]
    [InlineData("trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done", "Command exited with status 0")]
    [InlineData("trap '' TERM; echo ready; while :; do sleep 0.1; done", "Command terminated with signal Killed")]
    [InlineData("echo ready; sleep 60", "Command terminated with signal Terminated")]
    public async Task A_kill_is_TERM_and_after_the_grace_KILL(string command, string message)
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", command) with { KillGrace = TimeSpan.FromMilliseconds(700) });
        var running = await framework.ReachesAsync("t", TaskState.Running);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(File.ReadAllText(Path.Combine(Sandbox(cluster), "stdout")).Contains("ready", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(20), "the command is ready");
        await framework.SendAsync(new KillTask("t", null, null));

        Assert.Equal(message, (await framework.ReachesAsync("t", TaskState.Killed)).Message);
        await GoneAsync(running.ContainerId!);
    }

    [Fact]
    public async Task An_image_that_does_not_exist_is_a_failed_launch_that_names_it()
    {
        await using var cluster = await StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", "true") with { Image = "localhost:1/no/such:image" });
        var end = await framework.ReachesAsync("t", TaskState.Failed);

        Assert.Equal("REASON_CONTAINER_LAUNCH_FAILED", end.Reason);
        Assert.Contains("localhost:1/no/such:image", end.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(framework.UpdatesOf("t"), s => s.State is TaskState.Starting or TaskState.Running);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_a_failed_launch_too()
    {
        await using var cluster = await StartAsync("/tmp/no-such-socket");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(Command("t", "true"));

        Assert.Contains(
            "no Docker engine answers", (await framework.ReachesAsync("t", TaskState.Failed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_of_a_localmesos_that_was_killed_are_gone_after_the_next_start()
    {
        using var directory = new TemporaryDirectory();
        string container;
        await using (var first = await StartAsync(workDirectory: directory.Path))
        {
            await using var framework = await TestFramework.SubscribeAsync(first);
            await framework.LaunchAsync(Command("t", "sleep 600"));
            container = (await framework.ReachesAsync("t", TaskState.Running)).ContainerId!;
            await first.KillProcessAsync();
        }

        Assert.Equal("true", (await fixture.Docker.RunAsync("inspect", "--format", "{{.State.Running}}", $"mesos-{container}")).Output);
        await using var second = await StartAsync(workDirectory: directory.Path);
        await GoneAsync(container);
    }

    [Fact]
    public async Task Containers_end_with_their_localmesos()
    {
        string container;
        await using (var cluster = await StartAsync())
        {
            await using var framework = await TestFramework.SubscribeAsync(cluster);
            await framework.LaunchAsync(Command("t", "sleep 600"));
            container = (await framework.ReachesAsync("t", TaskState.Running)).ContainerId!;
        }

        await GoneAsync(container);
    }

    private static TaskLaunch Command(string taskId, string command) => TestFramework.Command(taskId, command) with { Image = "small:1" };

    private Task<LocalMesosCluster> StartAsync(string? socket = null, string? workDirectory = null) => LocalMesosCluster.StartAsync(
        new LocalMesosSettings
        {
            Cluster = Id, WorkDirectory = workDirectory, MoreArguments = ["--docker_socket", socket ?? fixture.Docker.Socket],
        },
        TestContext.Current.CancellationToken);

    private async Task GoneAsync(string containerId) => await Eventually.IsTrueAsync(
        async () => (await fixture.Docker.RunAsync("inspect", $"mesos-{containerId}")).ExitCode != 0, TimeSpan.FromSeconds(20),
        "the container is removed");

    private static string Sandbox(LocalMesosCluster cluster) =>
        Directory.GetFiles(cluster.WorkDirectory, "stdout", SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(f)!)
            .First(d => !d.EndsWith("latest", StringComparison.Ordinal));

    /// <summary>One value of the process's control group, of the first or the second version.</summary>
    private static string[] Cgroup(string pid, string controller, string v1, string v2)
    {
        foreach (var line in File.ReadLines($"/proc/{pid}/cgroup"))
        {
            var parts = line.Split(':', 3);
            if (parts[1].Split(',').Contains(controller))
                return File.ReadAllLines($"/sys/fs/cgroup/{controller}{parts[2]}/{v1}");
        }

        var group = File.ReadLines($"/proc/{pid}/cgroup").First(l => l.StartsWith("0::", StringComparison.Ordinal))[3..];
        return File.ReadAllLines($"/sys/fs/cgroup{group}/{v2}");
    }
}
