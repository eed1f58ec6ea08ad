using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>What every change by an operator has: why, for how long, and whether to wait until it is done.</summary>
internal sealed class Asked
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    public Option<string?> Reason { get; } = new("--reason", "-m") { Description = "Why; kept with the change." };

    public Option<string?> Duration { get; } = new("--duration") { Description = "It ends by itself after so long: 30m, 4h, 2d." };

    public Option<bool> Wait { get; } = new("--wait") { Description = "Until it is done." };

    public Option<string> Timeout { get; } = new("--timeout") { Description = "How long --wait waits.", DefaultValueFactory = _ => "30m" };

    public Option[] Options => [Reason, Duration, Wait, Timeout];

    /// <returns>Null when none is given.</returns>
    public double? Seconds(ParseResult p) => p.GetValue(Duration) is { } text ? Span(text).TotalSeconds : null;

    /// <summary>Posts it and waits for the leader's answer; a refusal is a failure.</summary>
    public static async Task AskAsync(Session s, string path, object body, CancellationToken ct) =>
        Tell(s, await s.Api.PostAsync(path, body, ct));

    /// <summary>Ends a change before its time, with the reason if one was given.</summary>
    public async Task EndAsync(Session s, ParseResult p, string path, CancellationToken ct) => Tell(
        s,
        await s.Api.DeleteAsync(
            path + (p.GetValue(Reason) is { } r ? (path.Contains('?') ? "&" : "?") + "reason=" + Uri.EscapeDataString(r) : ""), ct));

    /// <summary>What the leader made of it.</summary>
    public static void Tell(Session s, JsonElement answer)
    {
        if (s.Out.IsJson)
            s.Out.Answer(answer);
        else if (answer.Text("state") == "waiting")
            s.Out.Say($"Kept as command {answer.Text("id")}: nobody leads the cluster now, its next leader decides.");
        else
            s.Out.Say(answer.Text("detail") is { Length: > 0 } made ? $"Done: {made}" : "Done.");
    }

    /// <summary>Looks each second; every change is a line on stderr.</summary>
    public async Task<int> WaitAsync(
        Session s, ParseResult p, Host host, Func<Task<JsonElement>> look, Func<JsonElement, bool> isReached, Func<JsonElement, string> say,
        CancellationToken ct)
    {
        var most = Span(p.GetValue(Timeout)!);
        var began = host.Time.GetTimestamp();
        var said = "";
        while (true)
        {
            var now = await look();
            if (say(now) is var line && line != said)
                s.Out.Say(said = line);
            if (isReached(now))
                return Exit.Done;
            if (host.Time.GetElapsedTime(began) > most)
                {
                throw new Failure(
                    Exit.StoppedWaiting, $"Not done after {p.GetValue(Timeout)}: {said}. It goes on.",
                    "The same noun with 'why' says what it waits for.");
            }

            await Task.Delay(Poll, host.Time, ct);
        }
    }

    private static TimeSpan Span(string text)
    {
        var unit = text.Length > 0 ? text[^1] : ' ';
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return seconds > 0 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count > 0
            ? TimeSpan.FromSeconds(count * seconds)
            : throw new Failure(Exit.Usage, $"'{text}' is not a duration.", "Write 90s, 30m, 4h or 2d.");
    }
}
