using System.Text.Json;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Common;

/// <summary>Sends a change to the scheduler and prints what its leader made of it; a refusal ends the command.</summary>
internal static class OperatorChange
{
    public static async Task PostAsync(Session session, string path, object body, CancellationToken ct) =>
        Print(session, await session.Api.PostAsync(path, body, ct));

    public static async Task PutAsync(Session session, string path, object body, CancellationToken ct) =>
        Print(session, await session.Api.PutAsync(path, body, ct));

    /// <summary>Ends a change before its time.</summary>
    public static async Task DeleteAsync(Session session, string path, string? reason, CancellationToken ct) =>
        Print(session, await session.Api.DeleteAsync(QueryString.Append(path, QueryString.Of(("reason", reason))), ct));

    private static void Print(Session session, JsonElement answer)
    {
        if (session.Out.IsJson)
            session.Out.Answer(answer);
        else if (answer.Text("state") == "waiting")
            session.Out.Note($"Recorded as command {answer.Text("id")}. The cluster has no leader; its next leader decides.");
        else
            session.Out.Note(answer.Text("detail") is { Length: > 0 } detail ? $"Done: {detail}" : "Done.");
    }
}
