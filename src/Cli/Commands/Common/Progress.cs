using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Common;

/// <summary>Waits until an object reaches a state; every change is a line on stderr.</summary>
internal static class Progress
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <param name="timeout">As the user wrote it, for example <c>30m</c>.</param>
    /// <param name="read">Reads the object from the server.</param>
    /// <param name="describe">The object's state in a few words.</param>
    public static async Task<int> WaitAsync(
        Session session, string timeout, Func<Task<JsonElement>> read, Func<JsonElement, bool> isReached,
        Func<JsonElement, string> describe, CancellationToken ct)
    {
        var limit = Duration.Parse(timeout, "--timeout");
        var started = session.Time.GetTimestamp();
        var printed = "";
        while (true)
        {
            var now = await read();
            if (describe(now) is var state && state != printed)
                session.Out.Note(printed = state);
            if (isReached(now))
                return ExitCodes.Success;
            if (session.Time.GetElapsedTime(started) > limit)
            {
                throw new CommandException(
                    ExitCodes.StoppedWaiting, $"Not done after {timeout}: {printed}. The work goes on.",
                    "For what it waits for, run the same command with 'why' in place of its verb.");
            }

            await Task.Delay(PollInterval, session.Time, ct);
        }
    }
}
