using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Tests.Processes;

/// <summary>The kernel's files of both versions of control groups, as they look on an agent and in a container.</summary>
public sealed class MemoryKillsTests : IDisposable
{
    private readonly string root = RunnerProcess.NewFolder();

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_first_version_has_a_folder_of_its_own_for_memory()
    {
        Write("proc/self/cgroup", "11:cpu,cpuacct:/mesos/t1\n7:memory:/mesos/t1\n0::/\n");
        Write("sys/fs/cgroup/memory/mesos/t1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        Write("sys/fs/cgroup/memory/mesos/t1/memory.limit_in_bytes", "134217728\n");
        Assert.Equal((3L, 134217728L), (MemoryKills.Count(root), MemoryKills.Limit(root)));
    }

    [Fact]
    public void The_second_version_has_one_folder_for_everything()
    {
        Write("proc/self/cgroup", "0::/mesos/t1\n");
        Write("sys/fs/cgroup/mesos/t1/memory.events", "low 0\nhigh 1\nmax 7\noom 2\noom_kill 2\noom_group_kill 9\n");
        Write("sys/fs/cgroup/mesos/t1/memory.max", "268435456\n");
        Assert.Equal((2L, 268435456L), (MemoryKills.Count(root), MemoryKills.Limit(root)));
    }

    [Theory]
    [InlineData("sys/fs/cgroup/memory/memory.oom_control")]
    [InlineData("sys/fs/cgroup/memory.events")]
    public void In_a_container_the_own_group_is_the_root(string file)
    {
        Write("proc/self/cgroup", "7:memory:/not/mounted/here\n0::/not/mounted/here\n");
        Write(file, "oom_kill 4\n");
        Assert.Equal(4, MemoryKills.Count(root));
    }

    [Theory]
    [InlineData("max")]
    [InlineData("9223372036854771712")]
    [InlineData("1152921504606846976")]
    [InlineData("")]
    [InlineData("-1")]
    public void No_limit_is_none(string text)
    {
        Write("sys/fs/cgroup/memory.max", text + "\n");
        Assert.Null(MemoryKills.Limit(root));
    }

    [Fact]
    public void Where_the_kernel_says_nothing_there_is_nothing()
    {
        Assert.Null(MemoryKills.Count(root));
        Assert.Null(MemoryKills.Limit(root));
        Write("sys/fs/cgroup/memory.events", "low 0\n");
        Assert.Null(MemoryKills.Count(root));
    }

    [Fact]
    public void On_this_machine_it_reads_without_an_error() => Assert.True(MemoryKills.Count() is null or >= 0);

    private void Write(string path, string text)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
