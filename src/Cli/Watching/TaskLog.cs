using System.Globalization;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Watching;

/// <summary>A log in the sandbox of a task: printed, or followed to the end of the task.</summary>
/// <param name="Tail">Lines; null for the last 64 KiB.</param>
internal sealed record TaskLog(string Task, bool StandardError, int? Tail)
{
    private string Name => StandardError ? "stderr" : "stdout";

    private string TaskPath => $"api/v1/tasks/{Uri.EscapeDataString(Task)}";

    private string LogPath =>
        $"{TaskPath}/log?stream={Name}{(Tail is { } lines ? $"&tail={lines.ToString(CultureInfo.InvariantCulture)}" : "")}";

    /// <param name="follow">Null: while the task runs and stdout is a terminal.</param>
    public async Task<int> RunAsync(Session session, bool? follow, CancellationToken ct)
    {
        if (!(follow ?? (session.OutIsTerminal && await IsRunningAsync(session, ct))))
        {
            LogStream.Print(session, Name, await session.Api.TextAsync(LogPath, ct));
            return ExitCodes.Success;
        }

        var end = await LogStream.FollowAsync(session, $"{LogPath}&follow=true", Name, ct);
        var exitCode = end.State switch
        {
            "finished" => ExitCodes.Success,
            "killed" => ExitCodes.NoVerdict,
            _ => ExitCodes.EndedBadly,
        };
        EndReport.Print(session, "task", end.State, end.Reason, exitCode);
        return exitCode;
    }

    private async Task<bool> IsRunningAsync(Session session, CancellationToken ct) =>
        (await session.Api.GetAsync(TaskPath, ct)).Text("task.endedAt").Length == 0;
}
