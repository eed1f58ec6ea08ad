using System.Globalization;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Commands.Common;

/// <summary>Priorities of tasks, from 0 to 1.</summary>
internal static class Priority
{
    /// <exception cref="CommandException">The text is not a priority.</exception>
    public static decimal Parse(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 1
            ? number
            : throw new CommandException(ExitCodes.Usage, $"'{text}' is not a priority.", "Write a number from 0 to 1, for example 0.7.");
}
