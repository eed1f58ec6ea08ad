using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Errors;

/// <summary>What holds for every command of the tree, also for one that is added later.</summary>
public sealed class EveryCommandTests
{
    private const string Forbidden = """{"code":"forbidden","title":"Not allowed.","detail":"You lack the permission operate."}""";

    /// <summary>Each command with what it needs to reach the server.</summary>
    public static TheoryData<string> Lines =>
        [.. Leaves(Tree(), []).Select(l => string.Join(' ', l)).Where(l => !l.StartsWith("help", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_refusal_exits_5_with_the_servers_sentence_and_no_answer(string line)
    {
        await using var server = FakeServer.Start().Otherwise(403, Forbidden, "application/problem+json");
        var ran = await Run.LineAsync(server, line);
        Assert.Equal((5, "", "error: You lack the permission operate. (forbidden)\n"), (ran.Code, ran.Out, ran.Error));
        Assert.Single(server.Seen);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Under_json_a_refusal_is_the_servers_problem_on_stderr(string line)
    {
        await using var server = FakeServer.Start().Otherwise(403, Forbidden, "application/problem+json");
        var ran = await Run.LineAsync(server, line + " --json");
        Assert.Equal((5, ""), (ran.Code, ran.Out));
        Assert.True(
            JsonElement.DeepEquals(JsonDocument.Parse(Forbidden).RootElement, JsonDocument.Parse(ran.Error).RootElement), ran.Error);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task An_option_that_does_not_exist_is_never_taken_for_a_name(string line)
    {
        await using var server = FakeServer.Start();
        var ran = await Run.LineAsync(server, line + " --no-such-option");
        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.Contains("--no-such-option", ran.Error, StringComparison.Ordinal);
        Assert.Empty(server.Seen);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Help_needs_no_server_and_names_every_option_of_the_command(string line)
    {
        var words = line.Split(' ');
        var command = words.Aggregate((Command)Tree(), (at, word) => at.Subcommands.FirstOrDefault(c => c.Name == word) ?? at);
        var ran = await Run.LineAsync(null, line + " --help");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        foreach (var option in command.Options)
            Assert.Contains(option.Name, ran.Out, StringComparison.Ordinal);
    }

    private static RootCommand Tree() => CommandTree.Create(
        new GlobalOptions(), new HostEnvironment(TextWriter.Null, TextWriter.Null, _ => null, false, false, TimeProvider.System));

    private static IEnumerable<string[]> Leaves(Command command, string[] path)
    {
        if (command.Subcommands.Count == 0)
            yield return [.. path, .. command.Arguments.Select(Value), .. Needed(command)];
        foreach (var leaf in command.Subcommands.SelectMany(c => Leaves(c, [.. path, c.Name])))
            yield return leaf;
    }

    private static string Value(Argument argument) => argument.Name switch
    {
        "INSTANCES" or "ENTRY" => "3",
        "LEVEL" or "PRIORITY" => "0.5",
        "CHANGE" => "scale",
        "BUILD" or "WHAT" => Sample.Id,
        "RELEASE" => "sha256:1",
        "NAME" => "acme/web",
        "topic" => "exit-codes",
        _ => "name",
    };

    /// <summary>Options without which the command refuses before it asks the server.</summary>
    private static IEnumerable<string> Needed(Command command)
    {
        foreach (var option in command.Options)
        {
            if (option.Name == "--clone-url")
                yield return "--clone-url=https://x";
            else if (option.Name == "--forge-id")
                yield return "--forge-id=42";
            else if (option.Name == "--confirm")
                yield return "--confirm=name";
            else if (option.Name == "--message" && command.Name is ("reject" or "hold"))
                yield return "--message=no";
            else if (option is { Name: "--reason", Required: true })
                yield return "--reason=no";
        }
    }
}
