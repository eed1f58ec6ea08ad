using System.Net.ServerSentEvents;
using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Http;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Watching;

/// <summary>Follows the event stream, resumes it when it breaks, and ends with the state and a true exit code.</summary>
internal static class Watcher
{
    public static async Task<int> RunAsync(Session session, WatchTarget target, TimeSpan timeout, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(timeout, session.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            var end = await FollowAsync(session, target, either.Token);
            if (!session.Out.IsJson && target.Kind == "commit")
                CommitStatus.Print(session, end.View);
            EndReport.Print(session, target.Kind, end.Outcome, end.Reason, end.ExitCode);
            return end.ExitCode;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            EndReport.Print(session, target.Kind, "waiting", "stopped waiting; the work goes on", ExitCodes.StoppedWaiting);
            return ExitCodes.StoppedWaiting;
        }
    }

    private static Task<WatchedState> FollowAsync(Session session, WatchTarget target, CancellationToken ct) => session.Events().ReadAsync(
        $"api/v1/events?{target.EventQuery}",
        // The state is read after the stream was opened: what happens in between is in the stream.
        async token => new OpenedStream<WatchedState>(await EndOrNullAsync(session, target, token), IsProgress: true),
        async (item, token) =>
        {
            if (item.EventType is "keep-alive" or "end")
                return null;
            Print(session, item);
            return await EndOrNullAsync(session, target, token);
        },
        ct);

    private static async Task<WatchedState?> EndOrNullAsync(Session session, WatchTarget target, CancellationToken ct) =>
        target.Read(await session.Api.GetAsync(target.Path, ct)) is { IsOver: true } end ? end : null;

    private static void Print(Session session, SseItem<string> item)
    {
        if (session.Out.IsJson)
        {
            session.Out.Raw(item.Data.Replace("\n", "", StringComparison.Ordinal) + "\n");
            return;
        }

        var e = JsonSerializer.Deserialize<JsonElement>(item.Data);
        string[] subject = [e.Text("subject.stage"), e.Text("subject.deployable"), e.Text("payload.module"), e.Text("payload.step")];
        var where = string.Join(' ', subject.Where(x => x.Length > 0));
        var why = e.Text("payload.reason") is { Length: > 0 } reason ? reason : e.Text("payload.blockers");
        session.Out.Line($"{e.Text("at")}  {item.EventType}  {where}  {why}".TrimEnd());
    }
}
