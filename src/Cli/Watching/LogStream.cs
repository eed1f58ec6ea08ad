using System.Text.Json;
using Pipeline.Cli.Http;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Watching;

/// <summary>Prints a log as it grows.</summary>
internal static class LogStream
{
    /// <returns>What the server said when the log was complete.</returns>
    public static async Task<LogEnd> FollowAsync(Session session, string path, string name, CancellationToken ct) =>
        await session.Events().ReadAsync(
            path,
            _ => Task.FromResult(new OpenedStream<LogEnd>(null, IsProgress: false)),
            (item, _) =>
            {
                switch (item.EventType)
                {
                    case "end":
                        return Task.FromResult<LogEnd?>(LogEnd.From(JsonSerializer.Deserialize<JsonElement>(item.Data)));
                    case "log":
                        Print(session, name, item.Data);
                        break;
                    case "waiting":
                        session.Out.Note(JsonSerializer.Deserialize<JsonElement>(item.Data).Text("detail"));
                        break;
                }

                return Task.FromResult<LogEnd?>(null);
            },
            ct);

    public static void Print(Session session, string name, string text)
    {
        if (session.Out.IsJson)
            session.Out.AnswerLine(new { type = "log", name, text });
        else
            session.Out.Raw(text);
    }
}

/// <summary>How what wrote the log ended; empty for a step, whose build tells it.</summary>
internal sealed record LogEnd(string State, string Reason)
{
    public static LogEnd From(JsonElement end) =>
        new(end.Text("state"), end.Text("problem") is { Length: > 0 } problem ? problem : end.Text("reason"));
}
