using System.CommandLine;
using System.Text;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Tests.Kit;
using Pipeline.TestKit;

namespace Pipeline.Cli.Tests;

public sealed class HelpTests
{
    /// <summary>The help is part of the interface: a change of it is reviewed as a change of this file.</summary>
    [Fact]
    public async Task The_help_of_every_command_is_the_reviewed_one()
    {
        var text = new StringBuilder();
        var host = new HostEnvironment(TextWriter.Null, TextWriter.Null, _ => null, false, false, TimeProvider.System);
        foreach (var path in Paths(CommandTree.Create(new GlobalOptions(), host), []))
        {
            var (code, help, _) = await Run.Async(null, [.. path, "--help"]);
            Assert.Equal(0, code);
            text.Append("$ ").AppendJoin(' ', ["pipeline", .. path, "--help"]).Append('\n').Append(Plain(help)).Append("\n\n");
        }

        var reviewed = Path.Combine(RepositoryRoot.Path, "tests/Cli.Tests/Reviewed/help.txt");
        var found = text.ToString().TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_REVIEWED") == "1")
            await File.WriteAllTextAsync(reviewed, found);
        Assert.True(
            found == await File.ReadAllTextAsync(reviewed),
            $"The help differs from {reviewed}. If it should: run this test with UPDATE_REVIEWED=1 and review the difference.");
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path)
    {
        yield return path;
        foreach (var child in command.Subcommands.Where(c => !c.Hidden))
        {
            foreach (var deeper in Paths(child, [.. path, child.Name]))
                yield return deeper;
        }
    }

    // The name of the test program, and spaces that fill a column.
    private static string Plain(string help) =>
        string.Join('\n', help.ReplaceLineEndings("\n").Trim().Split('\n').Select(line => line.TrimEnd()))
            .Replace(RootCommand.ExecutableName, "pipeline", StringComparison.Ordinal);
}
