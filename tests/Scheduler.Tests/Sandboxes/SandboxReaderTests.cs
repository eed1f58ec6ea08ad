using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Sandboxes;

/// <summary>What an agent answers, and what it means for the reader of a sandbox.</summary>
public sealed class SandboxReaderTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private FakeAgent agent = null!;
    private SandboxReader reader = null!;

    public async ValueTask InitializeAsync()
    {
        agent = (await FakeAgent.StartAsync()).With("stdout", "hello\n").With("out/report.txt", "fine");
        reader = new SandboxReader(agent.Clients);
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task A_directory_lists_its_entries_with_paths_for_a_further_call()
    {
        var root = (await reader.ListAsync(agent.Task(), SandboxPath.Root, None)).Value!;
        Assert.Equal([("out", "directory"), ("stdout", "file")], root.Select(f => SandboxReader.View(SandboxPath.Root, f))
            .Select(v => (v.Path, v.Kind)));
        var folder = new SandboxPath("out");
        var view = SandboxReader.View(folder, Assert.Single((await reader.ListAsync(agent.Task(), folder, None)).Value!));
        Assert.Equal(("out/report.txt", "report.txt", 4L), (view.Path, view.Name, view.Size));
    }

    [Theory]
    [InlineData("lrwxrwxrwx", "link")]
    [InlineData("drwxr-xr-x", "directory")]
    [InlineData("-rw-r--r--", "file")]
    public void The_mode_says_what_an_entry_is(string mode, string kind) =>
        Assert.Equal(kind, SandboxReader.View(SandboxPath.Root, new Mesos.SandboxFile("/a/b", 1, mode, default)).Kind);

    [Fact]
    public async Task A_file_is_found_by_its_parent_and_opened()
    {
        var path = new SandboxPath("out/report.txt");
        Assert.Equal(4, (await reader.EntryAsync(agent.Task(), path, None)).Value!.Size);
        using var stream = new StreamReader((await reader.OpenAsync(agent.Task(), path, None)).Value!);
        Assert.Equal("fine", await stream.ReadToEndAsync(None));
    }

    [Theory]
    [InlineData("missing", "NoSuchFile")]
    [InlineData("out/missing", "NoSuchFile")]
    [InlineData("out", "NotAFile")]
    public async Task What_is_no_file_says_so(string path, string fault) =>
        Assert.Equal(fault, (await reader.OpenAsync(agent.Task(), new SandboxPath(path), None)).Problem!.Fault.ToString());

    [Fact]
    public async Task An_entry_that_does_not_exist_is_no_such_file() =>
        Assert.Equal(SandboxFault.NoSuchFile, (await reader.EntryAsync(agent.Task(), new SandboxPath("missing"), None)).Problem!.Fault);

    [Theory]
    [InlineData(true, "Gone", "removed")]
    [InlineData(false, "NotStarted", "not made")]
    public async Task An_agent_without_the_sandbox_never_had_it_yet_or_removed_it(bool over, string fault, string why)
    {
        agent.Files.Clear();
        foreach (var path in new[] { "stdout", "" })
        {
            var problem = (await reader.ListAsync(agent.Task(over), new SandboxPath(path), None)).Problem!;
            Assert.Equal(fault, problem.Fault.ToString());
            Assert.Contains(why, problem.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true, "Gone")]
    [InlineData(false, "NotStarted")]
    public async Task A_task_without_a_place_has_no_sandbox(bool over, string fault)
    {
        var waiting = agent.Task(over) with { AgentUrl = null };
        Assert.Equal(fault, (await reader.ListAsync(waiting, SandboxPath.Root, None)).Problem!.Fault.ToString());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_agent_that_refuses_or_fails_is_named(int status)
    {
        agent.Broken = status;
        var problem = (await reader.ListAsync(agent.Task(), SandboxPath.Root, None)).Problem!;
        Assert.Equal(SandboxFault.AgentUnreachable, problem.Fault);
        Assert.Contains("host1", problem.Detail, StringComparison.Ordinal);
        Assert.Contains($"{status}", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_the_cluster_has_lost_is_named_as_lost()
    {
        var lost = agent.Task() with { AgentUrl = "http://127.0.0.1:1", AgentLost = true };
        var problem = (await reader.ListAsync(lost, SandboxPath.Root, None)).Problem!;
        Assert.Equal(SandboxFault.AgentUnreachable, problem.Fault);
        Assert.Contains("lost the agent host1", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_stops_reading_gets_no_answer_and_no_problem() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => reader.ListAsync(agent.Task(), SandboxPath.Root, new CancellationToken(canceled: true)));
}
