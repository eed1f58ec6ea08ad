using System.CommandLine;
using Pipeline.Server.Start;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Start;

public sealed class ServerHelpTests
{
    [Fact]
    public async Task The_help_of_every_command_is_the_reviewed_one()
    {
        var output = new StringWriter();
        string[][] commands =
        [
            ["--help"], ["up", "--help"], ["serve", "--help"], ["keys", "--help"], ["keys", "rotate", "--help"],
            ["keys", "revoke", "--help"],
        ];
        foreach (var command in commands)
        {
            await output.WriteLineAsync($"$ Pipeline.Server {string.Join(' ', command)}");
            await ServerCommandLine.Create().Parse(command).InvokeAsync(
                new InvocationConfiguration { Output = output }, TestContext.Current.CancellationToken);
        }

        // The name of the program is that of the test program here.
        var help = output.ToString().Replace(RootCommand.ExecutableName, "Pipeline.Server", StringComparison.Ordinal);
        var lines = help.TrimEnd().Split('\n').Select(line => line.TrimEnd());
        ReviewedFile.Require("tests/Server.Tests/Start/help.txt", string.Concat(lines.Select(line => $"{line}\n")));
    }

    [Theory]
    [InlineData("--twice", "up", "--twice")]
    [InlineData("now", "up", "--once", "now")]
    [InlineData("start", "start")]
    [InlineData("--set takes Section:Key=value, not 'PublicUrl'.", "serve", "--set", "PublicUrl")]
    [InlineData("--set takes Section:Key=value, not '=x'.", "serve", "--set", "A:B=1", "--set", "=x")]
    public void An_argument_that_no_command_takes_is_named(string named, params string[] arguments) =>
        Assert.Contains(
            ServerCommandLine.Create().Parse(arguments).Errors, error => error.Message.Contains(named, StringComparison.Ordinal));
}
