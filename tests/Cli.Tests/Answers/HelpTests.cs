using System.CommandLine;
using System.Text;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Tests.Kit;
using Pipeline.TestKit;

namespace Pipeline.Cli.Tests.Answers;

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

        ReviewedFile.Require("tests/Cli.Tests/Reviewed/help.txt", text.ToString().TrimEnd() + "\n");
    }

    [Fact]
    public async Task Exit_codes_are_the_reviewed_ones() => Assert.Equal(
        """
        0    success
        1    unexpected error: a bug, or a failing server
        2    usage error, or an invalid definition
        3    what was watched failed
        4    not signed in: the token is missing or invalid
        5    refused: missing permission or closed gate
        6    not found
        7    conflict: the plan changed, the version is stale, or it was decided already
        8    stopped waiting; the work goes on
        9    the server cannot be reached
        11   no verdict: cancelled or superseded
        130  interrupted: the watcher stops, the work goes on

        """,
        (await Run.LineAsync(null, "help exit-codes")).Out);

    [Fact]
    public void Every_description_is_a_sentence_and_names_no_pronoun()
    {
        var host = new HostEnvironment(TextWriter.Null, TextWriter.Null, _ => null, false, false, TimeProvider.System);
        foreach (var (path, text) in Descriptions(CommandTree.Create(new GlobalOptions(), host), "pipeline"))
        {
            Assert.True(char.IsUpper(text[0]) && text[^1] is '.', $"{path}: '{text}' is not a sentence.");
            Assert.False(
                text.StartsWith("Its ", StringComparison.Ordinal) || text.StartsWith("It ", StringComparison.Ordinal)
                || text is "Why." or "How many.",
                $"{path}: '{text}' does not name its noun.");
        }
    }

    private static IEnumerable<(string Path, string Text)> Descriptions(Command command, string path)
    {
        yield return (path, command.Description!);
        foreach (var argument in command.Arguments)
            yield return ($"{path} {argument.Name}", argument.Description!);
        // Those of the library are not ours.
        foreach (var option in command.Options.Where(o => o is not (System.CommandLine.Help.HelpOption or VersionOption)))
            yield return ($"{path} {option.Name}", option.Description!);
        foreach (var deeper in command.Subcommands.SelectMany(c => Descriptions(c, $"{path} {c.Name}")))
            yield return deeper;
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
