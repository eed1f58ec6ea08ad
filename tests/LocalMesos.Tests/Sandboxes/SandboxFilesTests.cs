using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Sandboxes;

/// <summary>Only an agent's own sandboxes can be read.</summary>
public sealed class SandboxFilesTests : IDisposable
{
    private const string Agent = "a-S0";
    private readonly TemporaryDirectory directory = new();
    private readonly SandboxFiles files;
    private readonly Sandbox sandbox;
    private readonly TaskLocation location;

    public SandboxFilesTests()
    {
        files = new SandboxFiles(directory.Path);
        location = TaskLocation.Own(directory.Path, Agent, "f", "t");
        sandbox = Sandbox.Create(location);
        File.WriteAllText(sandbox.Stdout, "hello\n");
    }

    [Fact]
    public void A_file_is_found_by_its_real_and_its_virtual_path()
    {
        Assert.Equal("hello\n", Text(sandbox.Stdout));
        Assert.Equal("hello\n", Text("/frameworks/f/executors/t/runs/latest/stdout"));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/frameworks/f/executors/t/runs/latest/../../../../../../../cluster.json")]
    [InlineData("/frameworks/../../a-S1/secret")]
    [InlineData("/frameworks/f/executors/t/runs/latest/nothing")]
    [InlineData("frameworks/f")]
    [InlineData("")]
    [InlineData("/")]
    public void What_is_not_in_the_sandboxes_is_not_found(string path)
    {
        File.WriteAllText(Path.Combine(directory.Path, "cluster.json"), "secret");
        Assert.Equal(404, Assert.Throws<CallRejectedException>(() => files.Open(Agent, path)).Status);
    }

    [Theory]
    [InlineData("stdout", "secret")]
    [InlineData("stdout", "../../../../../../../secret")]
    [InlineData("stdout", "../../../other/runs/latest/stdout")]
    [InlineData("folder", "/etc")]
    [InlineData("folder", "..")]
    [InlineData("self", "/proc/self/environ")]
    public void A_link_that_leads_out_of_the_sandbox_is_no_file_and_no_folder(string name, string target)
    {
        var secret = Path.Combine(directory.Path, "secret");
        File.WriteAllText(secret, "the token");
        var other = Sandbox.Create(TaskLocation.Own(directory.Path, Agent, "f", "other"));
        File.WriteAllText(other.Stdout, "of another task");
        var path = Path.Combine(sandbox.Path, name);
        File.Delete(path);
        File.CreateSymbolicLink(path, target == "secret" ? secret : target);

        Assert.Equal(404, Assert.Throws<CallRejectedException>(() => files.Open(Agent, path)).Status);
        Assert.Equal(404, Assert.Throws<CallRejectedException>(() => files.Open(Agent, path + "/passwd")).Status);
        var listed = files.List(Agent, sandbox.Path).Single(f => f.Path == path);
        Assert.Equal(0UL, listed.Size);
    }

    [Fact]
    public void A_link_within_the_sandbox_is_followed()
    {
        File.CreateSymbolicLink(Path.Combine(sandbox.Path, "current"), "stdout");
        Assert.Equal("hello\n", Text(sandbox.Path + "/current"));
    }

    [Fact]
    public void A_pipe_is_not_waited_for_and_a_device_is_not_read()
    {
        var pipe = Path.Combine(sandbox.Path, "pipe");
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            mkfifo.WaitForExit();
        using var file = files.Open(Agent, pipe);
        Assert.Equal(404, Assert.Throws<CallRejectedException>(() => file.Read(0, null)).Status);
    }

    private string Text(string path)
    {
        using var file = files.Open(Agent, path);
        return System.Text.Encoding.UTF8.GetString(file.Read(0, null).Data);
    }

    [Fact]
    public void Another_agents_sandbox_is_not_found_even_when_its_id_begins_alike()
    {
        var other = Sandbox.Create(TaskLocation.Own(directory.Path, Agent + "0", "f", "t"));
        Assert.Throws<CallRejectedException>(() => files.Open(Agent, other.Stdout));
    }

    [Fact]
    public void A_directory_lists_its_entries_by_name_under_the_path_asked_for()
    {
        File.WriteAllText(Path.Combine(sandbox.Path, "Zeta"), "");
        Assert.Equal(
            ["/frameworks/f/executors/t/runs/latest/Zeta", "/frameworks/f/executors/t/runs/latest/stderr",
             "/frameworks/f/executors/t/runs/latest/stdout"],
            files.List(Agent, "/frameworks/f/executors/t/runs/latest/").Select(f => f.Path));
    }

    [Fact]
    public void A_file_lists_nothing() => Assert.Empty(files.List(Agent, sandbox.Stdout));

    [Fact]
    public void Entries_have_size_mode_and_links()
    {
        Directory.CreateDirectory(Path.Combine(sandbox.Path, "d"));
        File.SetUnixFileMode(sandbox.Stdout, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var entries = files.List(Agent, sandbox.Path).ToDictionary(f => Path.GetFileName(f.Path));

        Assert.Equal((6UL, 0x8000u | 0x180u, 1), (entries["stdout"].Size, entries["stdout"].Mode, (int)entries["stdout"].Nlink));
        Assert.Equal((4096UL, 0x4000u, 2), (entries["d"].Size, entries["d"].Mode & 0xf000u, (int)entries["d"].Nlink));
    }

    [Theory]
    [InlineData(0, null, "hello\n")]
    [InlineData(0, 4L, "hell")]
    [InlineData(4, 100L, "o\n")]
    [InlineData(6, 10L, "")]
    [InlineData(600, 10L, "")]
    [InlineData(0, 0L, "")]
    public void A_part_of_a_file_is_read(long offset, long? length, string data)
    {
        using var file = files.Open(Agent, sandbox.Stdout);
        var (size, bytes) = file.Read(offset, length);
        Assert.Equal((6L, data), (size, System.Text.Encoding.UTF8.GetString(bytes)));
    }

    [Fact]
    public void One_read_returns_64_KiB_at_most()
    {
        File.WriteAllBytes(sandbox.Stdout, new byte[100_000]);
        using var file = files.Open(Agent, sandbox.Stdout);
        Assert.Equal(SandboxFiles.MaxBytesPerRead, file.Read(0, 1_000_000).Data.Length);
    }

    [Fact]
    public void The_latest_run_replaces_the_one_before()
    {
        var second = Sandbox.Create(TaskLocation.Own(directory.Path, Agent, "f", "t"));
        var latest = new FileInfo(Path.Combine(Path.GetDirectoryName(second.Path)!, "latest"));
        Assert.Equal(Path.GetFileName(second.Path), latest.LinkTarget);
    }

    [Fact]
    public void A_nested_container_lies_in_its_parent_and_is_linked_by_its_task()
    {
        var nested = location.Nested("child");
        Sandbox.Create(nested);

        Assert.True(nested.IsNested);
        Assert.Equal(location.Container, nested.Container.Parent);
        Assert.StartsWith(location.SandboxPath + "/containers/", nested.SandboxPath, StringComparison.Ordinal);
        Assert.Equal(
            "../containers/" + nested.Container.Value, new FileInfo(Path.Combine(location.SandboxPath, "tasks", "child")).LinkTarget);
    }

    [Theory]
    [InlineData("data", true)]
    [InlineData("a/../data", true)]
    [InlineData("../outside", false)]
    [InlineData("/etc/data", false)]
    [InlineData("stdout", false)]
    public void A_volume_is_linked_inside_the_sandbox_only(string containerPath, bool linked)
    {
        Directory.CreateDirectory(Path.Combine(sandbox.Path, "a"));
        Volumes.Link(directory.Path, [Volume(containerPath)], sandbox);
        var links = new DirectoryInfo(sandbox.Path).EnumerateFileSystemInfos().Count(f => f.LinkTarget is not null);

        Assert.Equal(linked ? 1 : 0, links);
        Assert.False(Path.Exists(Path.Combine(sandbox.Path, "../outside")));
    }

    [Fact]
    public void A_volume_keeps_its_files_until_it_is_destroyed()
    {
        Volumes.Link(directory.Path, [Volume("data")], sandbox);
        File.WriteAllText(Path.Combine(sandbox.Path, "data", "file"), "kept");
        var next = Sandbox.Create(TaskLocation.Own(directory.Path, Agent, "f", "t"));
        Volumes.Link(directory.Path, [Volume("data")], next);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(next.Path, "data", "file")));
        Volumes.Destroy(directory.Path, Volume("data"));

        Assert.False(File.Exists(Path.Combine(next.Path, "data", "file")));
    }

    public void Dispose() => directory.Dispose();

    private static W.Resource Volume(string containerPath) => new()
    {
        Name = "disk", Role = "web/../x",
        Disk = new W.Resource.Types.DiskInfo
        {
            Persistence = new W.Resource.Types.DiskInfo.Types.Persistence { Id = "v/1" },
            Volume = new W.Volume { ContainerPath = containerPath, Mode = W.Volume.Types.Mode.Rw },
        },
    };
}
