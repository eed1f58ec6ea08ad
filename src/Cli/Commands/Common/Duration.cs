using System.Globalization;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Commands.Common;

/// <summary>Durations as people write them: <c>90s</c>, <c>30m</c>, <c>4h</c>, <c>2d</c>.</summary>
internal static class Duration
{
    private const double MostSeconds = 36_500d * 86_400;

    /// <param name="option">Named in the error.</param>
    /// <exception cref="CommandException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        var unit = text.Length > 0 ? text[^1] : ' ';
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        // NaN and Infinity are numbers too, and neither is a duration; nobody waits longer than a hundred years.
        return seconds > 0 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * seconds <= MostSeconds
            ? TimeSpan.FromSeconds(count * seconds)
            : throw new CommandException(ExitCodes.Usage, $"'{text}' is not a duration.", $"Write {option} 90s, 30m, 4h or 2d.");
    }
}
