using System.CommandLine;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Commands.Common;

/// <summary>What cannot be undone needs the name a second time.</summary>
internal static class Confirmation
{
    public static Option<string?> Option(string noun) => new("--confirm") { Description = $"Repeat the {noun} to confirm." };

    /// <param name="consequence">What would happen, as a sentence.</param>
    public static void Require(ParseResult parsed, Option<string?> confirm, string name, string consequence)
    {
        if (parsed.GetValue(confirm) != name)
            throw new CommandException(ExitCodes.Usage, $"Not confirmed. {consequence}", $"To confirm, add --confirm {name}");
    }
}
