using CsCheck;
using Pipeline.TaskRunner.Run;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Tests.Run;

/// <summary>The agent's memory of generations: durable, and never lower than it was.</summary>
public sealed class SeenVersionsTests : IDisposable
{
    private readonly string folder = RunnerProcess.NewFolder();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Nothing_was_seen_at_first()
    {
        Assert.Equal(0, await Open().HighestAsync("a", CancellationToken.None));
        Assert.Equal(0, await Open().RaiseAsync("a", 0, CancellationToken.None));
    }

    [Fact]
    public async Task The_highest_number_is_remembered_whatever_comes_after()
    {
        await Gen.Long[0, 9].Array[1, 6].SampleAsync(
            async numbers =>
            {
                var name = Guid.NewGuid().ToString();
                var highest = 0L;
                foreach (var number in numbers)
                {
                    highest = Math.Max(highest, number);
                    Assert.Equal(highest, await Open().RaiseAsync(name, number, CancellationToken.None));
                }

                return await Open().HighestAsync(name, CancellationToken.None) == highest;
            },
            iter: 30);
    }

    [Fact]
    public async Task Names_do_not_touch_each_other_and_cannot_leave_the_folder()
    {
        foreach (var (i, name) in new[] { "production/api", "production/web", "../../evil", "/etc/passwd", "ü\0x" }.Index())
            await Open().RaiseAsync(name, i + 1, CancellationToken.None);
        Assert.Equal(1, await Open().HighestAsync("production/api", CancellationToken.None));
        Assert.Equal(3, await Open().HighestAsync("../../evil", CancellationToken.None));
        Assert.Equal(10, Directory.GetFiles(folder).Length);
        Assert.Empty(Directory.GetDirectories(folder));
        Assert.All(Directory.GetFiles(folder), f => Assert.Matches(@"/seen-[0-9a-f]{32}(\.lock)?$", f));
    }

    [Fact]
    public async Task Many_at_the_same_time_agree_on_the_highest()
    {
        await Task.WhenAll(Enumerable.Range(1, 20).Select(n => Task.Run(() => Open().RaiseAsync("a", n, CancellationToken.None))));
        Assert.Equal(20, await Open().HighestAsync("a", CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x 1")]
    [InlineData("-1 a")]
    [InlineData(" 7 a")]
    [InlineData("99999999999999999999 a")]
    public async Task A_damaged_file_is_an_error_and_not_a_fresh_start(string content)
    {
        await Open().RaiseAsync("a", 7, CancellationToken.None);
        var file = Directory.GetFiles(folder).Single(f => !f.EndsWith(".lock", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, content);
        var error = await Assert.ThrowsAsync<InfraException>(() => Open().HighestAsync("a", CancellationToken.None));
        Assert.Contains($"{file} is damaged", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InfraException>(() => Open().RaiseAsync("a", 8, CancellationToken.None));
        Assert.Equal(content, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_the_agents_fault()
    {
        File.WriteAllText(Path.Combine(folder, "file"), "");
        Assert.Throws<InfraException>(() => SeenVersions.In(Path.Combine(folder, "file", "below"), TimeProvider.System));
    }

    [Fact]
    public async Task Whoever_waits_for_a_lock_can_be_cancelled()
    {
        await Open().RaiseAsync("a", 1, CancellationToken.None);
        var file = Directory.GetFiles(folder, "*.lock").Single();
        await using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using var stop = new CancellationTokenSource();
        var waiting = Open().HighestAsync("a", stop.Token);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private SeenVersions Open() => SeenVersions.In(folder, TimeProvider.System);
}
