using System.Diagnostics;
using Pipeline.TaskRunner.Run;

namespace Pipeline.TaskRunner.Tests.Run;

public sealed class ShellCommandTests
{
    /// <summary>As the shell itself understands the command.</summary>
    [Theory]
    [InlineData("printf '<%s>'", "<a b><$c>")]
    [InlineData("printf '<%s>' \"$@\"", "<a b><$c>")]
    [InlineData("printf '<%s>' \"${@}\"", "<a b><$c>")]
    [InlineData("printf '<%s>' \"$2\" \"$1\"", "<$c><a b>")]
    [InlineData("printf '<%s>' \"$*\"", "<a b $c>")]
    [InlineData("printf '<%s>' \"${2:-none}\"", "<$c>")]
    [InlineData("while [ $# -gt 0 ]; do printf '<%s>' \"$1\"; shift; done", "<a b><$c>")]
    [InlineData("printf '<%s>' '$@'", "<$@><a b><$c>")]
    [InlineData("printf '<%s>' \"it's\" '$1'", "<it's><$1><a b><$c>")]
    [InlineData("printf '<%s>' \\$1", "<$1><a b><$c>")]
    [InlineData("printf '<%s>' \"\\$@\"", "<$@><a b><$c>")]
    [InlineData("sh -c 'printf \"<%s>\" \"$@\"' inner", "<a b><$c>")]
    public async Task Arguments_are_handed_over_once(string command, string output)
    {
        var shell = ShellCommand.Of(command, ["a b", "$c"]);
        using var process = Process.Start(new ProcessStartInfo(shell[0], shell[1..]) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((output, 0), (said, process.ExitCode));
    }

    [Fact]
    public void A_command_without_arguments_is_as_it_is() =>
        Assert.Equal(["/bin/sh", "-c", "echo \"$@\""], ShellCommand.Of("echo \"$@\"", []));
}
