using System.Buffers;
using System.Net;
using System.Text;
using Dapper;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Logs;
using Pipeline.BuildRunner.Runner;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>Pieces of a log that are still being written, or come, when another attempt has begun.</summary>
public sealed class LateLogTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_a_disk_hangs_no_row_is_locked_and_the_next_attempt_goes_on()
    {
        await using var host = await BuildHost.StartAsync();
        var (build, first) = await host.RunningAsync();
        using var old = first;
        var task = await FindAsync(host, build.Modules[0].TaskId!, old);
        using var piece = new SlowPiece("old");
        var sending = Task.Run(() => host.Get<StepReports>().AppendLogAsync(task, 0, 0, piece.Memory, ct), ct);
        await piece.IsWritten.WaitAsync(TimeSpan.FromSeconds(20), ct);

        await using (var connection = await host.Database.OpenConnectionAsync(ct))
        {
            await Eventually.BecomesAsync(
                () => connection.ExecuteScalarAsync<int>(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"),
                open => open == 0, TimeSpan.FromSeconds(10), "open transactions");
            Assert.Equal(1, await connection.ExecuteAsync(
                "SET lock_timeout = '1s'; UPDATE build.module_build SET position = position WHERE build_id = @id",
                new { id = build.Build.Id }));
        }

        Assert.False(sending.IsCompleted);
        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        Assert.Equal(HttpStatusCode.NoContent, (await second.StepAsync(0, "running")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second.LogAsync(0, "new")).StatusCode);
        piece.Finish();

        Assert.Equal(ReportOutcome.TakenOver, (await sending).Outcome);
        Assert.Equal("new", await LogAsync(host, build.Build.Id));
        Assert.Equal("2", AttemptsOf(host, build.Build.Id));
    }

    [Fact]
    public async Task Pieces_of_two_attempts_at_once_are_never_mixed_and_the_earlier_one_leaves_nothing()
    {
        await using var host = await BuildHost.StartAsync();
        var reports = host.Get<StepReports>();
        for (var round = 0; round < 15; round++)
        {
            var (build, first) = await host.RunningAsync();
            using var client = first;
            var old = await FindAsync(host, build.Modules[0].TaskId!, client);
            using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
            var late = Enumerable.Range(0, 4).Select(_ => Task.Run(() => WriteAsync(reports, old, "old\n", 200), ct)).ToList();

            Assert.Equal(HttpStatusCode.NoContent, (await second.StepAsync(0, "running")).StatusCode);
            var task = await FindAsync(host, $"{build.Modules[0].RunId}.0.2", second);
            var ends = await Task.WhenAll([.. late, Task.Run(() => WriteAsync(reports, task, "new\n", 50), ct)]);

            Assert.Equal(ReportOutcome.Recorded, ends[^1]);
            Assert.Equal(string.Concat(Enumerable.Repeat("new\n", 50)), await LogAsync(host, build.Build.Id));
            Assert.Equal(ReportOutcome.TakenOver, await WriteAsync(reports, old, "old\n", 1));
            Assert.Equal("2", AttemptsOf(host, build.Build.Id));
        }
    }

    [Fact]
    public async Task What_a_server_that_died_at_the_takeover_left_is_nobodys_log_and_goes_with_the_next_report()
    {
        await using var host = await BuildHost.StartAsync();
        var (build, first) = await host.RunningAsync();
        using var old = first;
        await old.LogAsync(0, "old, and longer\n");
        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        // It takes the module over, and no step has been reported yet.
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("source")).StatusCode);
        Assert.Equal("1", AttemptsOf(host, build.Build.Id));
        Assert.Equal("", await LogAsync(host, build.Build.Id));

        Assert.Equal(HttpStatusCode.OK, (await second.LogAsync(0, "new")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await second.StepAsync(0, "running")).StatusCode);

        Assert.Equal("2", AttemptsOf(host, build.Build.Id));
        Assert.Equal("new", await LogAsync(host, build.Build.Id));
    }

    [Fact]
    public async Task A_log_from_before_attempts_had_folders_is_read_and_goes_on_until_another_attempt_begins()
    {
        await using var host = await BuildHost.StartAsync();
        var (build, first) = await host.RunningAsync();
        using var old = first;
        await using (var connection = await host.Database.OpenConnectionAsync(ct))
            await connection.ExecuteAsync("UPDATE build.module_build SET log_attempt = NULL");
        var path = PathOf(host, build.Build.Id, null);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "before ", ct);

        Assert.Equal("before ", await LogAsync(host, build.Build.Id));
        Assert.Equal(HttpStatusCode.OK, (await old.LogAsync(7, "and after")).StatusCode);
        Assert.Equal("before and after", await LogAsync(host, build.Build.Id));

        using var second = await host.LaunchAsync(build.Modules[0], build.Build.Id, attempt: 2);
        Assert.Equal(HttpStatusCode.NoContent, (await second.StepAsync(0, "running")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second.LogAsync(0, "new")).StatusCode);
        Assert.Equal(("new", "2"), (await LogAsync(host, build.Build.Id), AttemptsOf(host, build.Build.Id)));
        Assert.False(File.Exists(path));
    }

    /// <summary>Appends as a runner does, from where the answers say, until the pieces are sent or the task is refused.</summary>
    private async Task<ReportOutcome> WriteAsync(StepReports reports, RunnerTask task, string piece, int times)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, times)));
        for (long offset = 0; offset < bytes.Length;)
        {
            var length = Math.Min(piece.Length, bytes.Length - (int)offset);
            var answer = await reports.AppendLogAsync(task, 0, offset, bytes.AsMemory((int)offset, length), ct);
            if (answer.Outcome != ReportOutcome.Recorded)
                return answer.Outcome;
            offset = answer.Log.Size;
        }

        return ReportOutcome.Recorded;
    }

    private async Task<RunnerTask> FindAsync(BuildHost host, string id, HttpClient client) =>
        (await host.Get<RunnerTasks>().AuthenticateAsync(id, client.DefaultRequestHeaders.Authorization!.ToString(), ct))!;

    private static Task<string> LogAsync(BuildHost host, Guid build) =>
        host.Http.GetStringAsync($"/api/v1/builds/{build}/modules/build/steps/0/log");

    private static string PathOf(BuildHost host, Guid build, int? attempt) =>
        host.Get<StepLogs>().PathOf(new LogPlace(new BuildId(build), "build", 0, attempt));

    /// <summary>The folders of attempts that are there.</summary>
    private static string AttemptsOf(BuildHost host, Guid build)
    {
        var module = new DirectoryInfo(Path.GetDirectoryName(PathOf(host, build, null))!);
        return string.Join(' ', module.EnumerateFileSystemInfos().Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>A piece whose bytes reach the disk when the test says so.</summary>
    private sealed class SlowPiece(string text) : MemoryManager<byte>
    {
        private readonly byte[] bytes = Encoding.UTF8.GetBytes(text);
        private readonly TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim goOn = new();

        public Task IsWritten => written.Task;

        public override Memory<byte> Memory => CreateMemory(bytes.Length);

        public void Finish() => goOn.Set();

        public override Span<byte> GetSpan()
        {
            written.TrySetResult();
            goOn.Wait(TimeSpan.FromSeconds(30));
            return bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            GetSpan();
            return bytes.AsMemory(elementIndex).Pin();
        }

        public override void Unpin()
        {
            // The handle of the array unpins itself.
        }

        protected override void Dispose(bool disposing) => goOn.Set();
    }
}
