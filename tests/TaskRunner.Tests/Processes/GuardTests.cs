using System.Diagnostics;
using System.Globalization;
using Pipeline.TestKit;

namespace Pipeline.TaskRunner.Tests.Processes;

/// <summary>The program between the runner and bubblewrap, with commands that scatter their processes.</summary>
public sealed class GuardTests
{
    private const int Sleepers = 4;
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "taskrunner");
    private readonly string sleep = $"sleep 300.{Random.Shared.Next(100_000_000, 999_999_999)}";

    // Sessions of their own, parents that are gone, a process that is stopped, signals that are ignored.
    private string Scattered =>
        $"setsid {sleep} & (setsid sh -c '{sleep} & {sleep} & exit' &); setsid sh -c 'kill -STOP $$; {sleep}; :' & "
        + $"trap '' TERM HUP INT; {sleep} & ";

    [Fact]
    public async Task What_is_scattered_ends_when_the_runner_is_killed()
    {
        using var runner = Process.Start("/bin/sh", ["-c", $"'{Program}' --guard $$ /bin/sh -c \"$0\" & wait", Scattered + "wait"]);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(Machine.ProcessesWith(sleep).Count(p => p.StartsWith("sleep", StringComparison.Ordinal)) == Sleepers),
            TimeSpan.FromSeconds(20), "the command has scattered its processes");

        runner.Kill();

        await Eventually.IsTrueAsync(
            () => Task.FromResult(Machine.ProcessesWith(sleep).Count == 0), TimeSpan.FromSeconds(10), "nothing is left");
    }

    /// <summary>Of those whose bubblewrap is killed without a guard, one in twenty leaves its first child behind for good.</summary>
    [Fact]
    public async Task Nothing_outlives_a_runner_that_is_killed_in_the_first_milliseconds_of_bubblewrap()
    {
        string[] view = ["--die-with-parent", "--unshare-pid", "--new-session", "--ro-bind", "/", "/", "--", .. sleep.Split(' ')];
        for (var i = 0; i < 60; i++)
        {
            using var runner = Process.Start(
                "/bin/sh", ["-c", $"'{Program}' --guard $$ /usr/bin/bwrap \"$@\" & wait", "runner", .. view]);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!Machine.ProcessesWith(sleep).Any(p => p.StartsWith("/usr/bin/bwrap", StringComparison.Ordinal)))
                patience.Token.ThrowIfCancellationRequested();

            runner.Kill();

            await Eventually.IsTrueAsync(
                () => Task.FromResult(Machine.ProcessesWith(sleep).Count == 0), TimeSpan.FromSeconds(10), "nothing is left");
        }
    }

    [Fact]
    public async Task What_is_scattered_ends_with_the_command()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(7, await ExitOfAsync(Environment.ProcessId, "/bin/sh", "-c", Scattered + "exit 7"));
            Assert.Empty(Machine.ProcessesWith(sleep));
        }
    }

    [Theory]
    [InlineData(139, "/bin/sh", "-c", "kill -SEGV $$")]
    [InlineData(255, "/bin/sh", "-c", "exit 255")]
    [InlineData(127, "/nowhere/at-all")]
    [InlineData(126, "/etc/passwd")]
    public async Task The_exit_code_is_that_of_the_command(int code, params string[] command) =>
        Assert.Equal(code, await ExitOfAsync(Environment.ProcessId, command));

    [Fact]
    public async Task Nothing_starts_for_a_runner_that_is_gone_already() =>
        Assert.Equal(137, await ExitOfAsync(1, "/bin/sh", "-c", "exit 0"));

    private static async Task<int> ExitOfAsync(int runner, params string[] command)
    {
        using var guard = Process.Start(Program, ["--guard", runner.ToString(CultureInfo.InvariantCulture), .. command]);
        await guard.WaitForExitAsync(TestContext.Current.CancellationToken);
        return guard.ExitCode;
    }
}
