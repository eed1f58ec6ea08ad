using System.Text.Json;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Errors;

namespace Pipeline.Cli.Watching;

/// <summary>The logs of a build's steps: printed, or followed to the end.</summary>
internal static class BuildLog
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <param name="follow">Null: while the build runs and stdout is a terminal.</param>
    public static async Task<int> RunAsync(Session session, string build, bool? follow, CancellationToken ct)
    {
        var detail = await session.Api.GetAsync($"api/v1/builds/{build}", ct);
        if (follow ?? (session.OutIsTerminal && !WatchedState.OfBuild(detail).IsOver))
            return await FollowAsync(session, build, ct);
        foreach (var step in Steps(detail).Where(x => x.HasLog))
        {
            session.Out.Note(step.Title);
            LogStream.Print(session, step.Name, await session.Api.TextAsync(step.LogPath(build), ct));
        }

        return ExitCodes.Success;
    }

    /// <summary>One step after the other, in the order of the definition: lines of two steps never mix.</summary>
    private static async Task<int> FollowAsync(Session session, string build, CancellationToken ct)
    {
        var printed = new HashSet<string>();
        while (true)
        {
            var detail = await session.Api.GetAsync($"api/v1/builds/{build}", ct);
            var next = Steps(detail).FirstOrDefault(x => (x.IsRunning || x.HasLog) && !printed.Contains(x.Name));
            if (next is not null)
            {
                session.Out.Note(next.Title);
                await LogStream.FollowAsync(session, next.LogPath(build), next.Name, ct);
                printed.Add(next.Name);
            }
            else if (WatchedState.OfBuild(detail) is { IsOver: true } end)
            {
                EndReport.Print(session, "build", end.Outcome, end.Reason, end.ExitCode);
                return end.ExitCode;
            }
            else
                await Task.Delay(PollInterval, session.Time, ct);
        }
    }

    private static IEnumerable<Step> Steps(JsonElement detail) => detail.Items("modules").SelectMany(m => m.Items("steps").Select(x =>
        new Step(m.Text("name"), x.Text("name"), x.Text("index"), x.Text("state"), x.Text("logBytes") is not ("" or "0"))));

    private sealed record Step(string Module, string StepName, string Index, string State, bool HasLog)
    {
        public string Name => $"{Module}/{StepName}";

        public string Title => $"== {Module} / {StepName} ({State})";

        public bool IsRunning => State == "running";

        public string LogPath(string build) => $"api/v1/builds/{build}/modules/{Uri.EscapeDataString(Module)}/steps/{Index}/log";
    }
}
