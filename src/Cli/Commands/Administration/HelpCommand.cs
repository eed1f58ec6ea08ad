using System.CommandLine;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Commands.Administration;

/// <summary><c>pipeline help TOPIC</c></summary>
internal static class HelpCommand
{
    private const string ExitCodesTopic = "exit-codes";

    public static Command Create(TextWriter stdout)
    {
        var topic = new Argument<string>("topic") { Description = $"The topic: {ExitCodesTopic}." };
        topic.AcceptOnlyFromAmong(ExitCodesTopic);
        var help = new Command("help", "Read a help topic.") { topic };
        help.SetAction(_ =>
        {
            stdout.Write(ExitCodes.Table);
            return ExitCodes.Success;
        });
        return help;
    }
}
