using System.CommandLine;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Commands.Common;

/// <summary>The options of an operator's change: why, for how long, and whether to wait until it is done.</summary>
internal sealed class OperatorOptions
{
    public Option<string?> Reason { get; } = new("--reason", "-m") { Description = "Reason; recorded with the change." };

    public Option<string?> Duration { get; } = new("--duration")
    {
        Description = "End the change automatically after this long: 30m, 4h, 2d.",
    };

    public Option<bool> Wait { get; } = new("--wait") { Description = "Wait until the change is done." };

    public Option<string> Timeout { get; } = new("--timeout")
    {
        Description = "Stop waiting after this long (exit 8).",
        DefaultValueFactory = _ => "30m",
    };

    public Option[] All => [Reason, Duration, Wait, Timeout];

    /// <returns>Null when no duration is given.</returns>
    public double? DurationSeconds(ParseResult parsed)
    {
        if (parsed.GetValue(Duration) is not { } text)
            return null;
        var duration = Common.Duration.Parse(text, "--duration");
        return duration > TimeSpan.Zero
            ? duration.TotalSeconds
            : throw new CommandException(ExitCodes.Usage, $"A change cannot end after '{text}'.", "Write --duration 90s, 30m, 4h or 2d.");
    }
}
