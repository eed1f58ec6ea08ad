using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Tests;

public sealed class ChildProcessTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Output_error_and_exit_code_come_back()
    {
        var result = await ChildProcess.RunAsync("sh", ["-c", "echo out; echo err >&2; exit 3"], ct);

        Assert.Equal((3, "out\n", "err\n"), (result.ExitCode, result.Output, result.Error));
        Assert.Equal("asking failed (exit 3): err", Assert.Throws<InvalidOperationException>(() => result.ThrowIfFailed("asking")).Message);
    }

    [Fact]
    public async Task What_a_program_said_on_its_output_explains_a_failure_when_it_said_nothing_else()
    {
        var result = await ChildProcess.RunAsync("sh", ["-c", "echo no such branch; exit 1"], ct);

        Assert.Equal("git failed (exit 1): no such branch",
            Assert.Throws<InvalidOperationException>(() => result.ThrowIfFailed("git")).Message);
    }

    [Fact]
    public async Task Arguments_folder_and_environment_reach_the_program_unchanged()
    {
        var result = await ChildProcess.RunAsync(
            "sh", ["-c", "pwd; echo \"$GREETING\"; echo \"$1\"", "sh", "a b; 'c'"], ct, "/usr",
            new Dictionary<string, string?> { ["GREETING"] = "hello" });

        Assert.Equal("/usr\nhello\na b; 'c'\n", result.ThrowIfFailed("sh").Output);
    }

    [Fact]
    public async Task A_variable_without_a_value_is_taken_away_and_the_others_are_inherited()
    {
        var result = await ChildProcess.RunAsync(
            "sh", ["-c", "echo \"${HOME-none} ${PATH:+path}\""], ct, environment: new Dictionary<string, string?> { ["HOME"] = null });

        Assert.Equal("none path\n", result.Output);
    }

    [Fact]
    public async Task A_program_that_reads_finds_its_input_at_its_end_and_a_success_is_no_failure()
    {
        var result = await ChildProcess.RunAsync("cat", [], ct);

        Assert.Equal(new ChildProcess.Result(0, "", ""), result);
        Assert.Same(result, result.ThrowIfFailed("cat"));
    }

    [Theory]
    [InlineData("kill -9 $$", 137)]
    [InlineData("exit 255", 255)]
    public async Task However_a_program_ends_badly_its_exit_code_says_so(string script, int exitCode)
    {
        var result = await ChildProcess.RunAsync("sh", ["-c", script], ct);

        Assert.Equal($"git failed (exit {exitCode}):",
            Assert.Throws<InvalidOperationException>(() => result.ThrowIfFailed("git")).Message.Trim());
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_named()
    {
        var failure = await Assert.ThrowsAsync<System.ComponentModel.Win32Exception>(() =>
            ChildProcess.RunAsync("no-such-program", [], ct));

        Assert.Contains("no-such-program", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_output_than_a_pipe_holds_does_not_block()
    {
        var result = await ChildProcess.RunAsync("sh", ["-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"], ct);

        Assert.Equal((0, 3_000_000, 3_000_000), (result.ExitCode, result.Output.Length, result.Error.Length));
    }

    [Fact]
    public async Task A_program_that_is_cancelled_is_ended_with_its_children()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var folder = Directory.CreateTempSubdirectory("child-").FullName;
        var pids = Path.Combine(folder, "pids");
        var running = ChildProcess.RunAsync("sh", ["-c", "sleep 600 & echo $! > pids; wait"], stop.Token, folder);
        await TestKit.Eventually.IsTrueAsync(
            () => Task.FromResult(File.Exists(pids) && File.ReadAllText(pids).EndsWith('\n')), TimeSpan.FromSeconds(20),
                "the child writes its process id");

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var state = $"/proc/{File.ReadAllText(pids).Trim()}/stat";
        await TestKit.Eventually.IsTrueAsync(
            () => Task.FromResult(!File.Exists(state) || File.ReadAllText(state).Contains(") Z ", StringComparison.Ordinal)),
                TimeSpan.FromSeconds(20), "the child ends");
        Directory.Delete(folder, recursive: true);
    }
}
