using System.CommandLine;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>The logs of a build's steps and of a task's sandbox: printed, or followed to the end.</summary>
internal static class LogCommands
{
    private const int MostTries = 8;

    public static Option<bool?> FollowOption() => new("--follow", "-f")
    {
        Description = "Until it ends, with the exit codes of watch. Default on a terminal while it runs; --follow=false only prints.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <param name="follow">Null: when it runs and somebody looks.</param>
    public static async Task<int> BuildAsync(Session s, Host host, string build, bool? follow, CancellationToken ct)
    {
        var detail = await s.Api.GetAsync($"api/v1/builds/{build}", ct);
        if (follow ?? (host.OutIsTerminal && !StandingOf(detail).Over))
            return await FollowBuildAsync(s, build, host.Time, ct);
        foreach (var step in Steps(detail).Where(x => x.HasLog))
        {
            s.Out.Say(step.Title);
            Write(s, step.Name, await s.Api.TextAsync(step.LogPath(build), ct));
        }

        return Exit.Done;
    }

    /// <param name="follow">Null: when it runs and somebody looks.</param>
    public static async Task<int> TaskAsync(Session s, Host host, TaskLog log, bool? follow, CancellationToken ct)
    {
        var path = $"api/v1/tasks/{Uri.EscapeDataString(log.Task)}";
        var name = log.StandardError ? "stderr" : "stdout";
        var query = $"{path}/log?stream={name}{(log.Tail is { } lines ? $"&tail={lines.ToString(CultureInfo.InvariantCulture)}" : "")}";
        if (!(follow ?? (host.OutIsTerminal && (await s.Api.GetAsync(path, ct)).Text("task.endedAt").Length == 0)))
        {
            Write(s, name, await s.Api.TextAsync(query, ct));
            return Exit.Done;
        }

        var end = await FollowAsync(s, $"{query}&follow=true", name, host.Time, ct);
        var code = end.Text("state") switch
        {
            "finished" => Exit.Done,
            "killed" => Exit.NoVerdict,
            _ => Exit.EndedBadly,
        };
        var problem = end.Text("problem");
        End(s, "task", end.Text("state"), problem.Length > 0 ? problem : end.Text("reason"), code);
        return code;
    }

    /// <summary>One step after the other, in the order of the definition: lines of two steps never mix.</summary>
    private static async Task<int> FollowBuildAsync(Session s, string build, TimeProvider time, CancellationToken ct)
    {
        var shown = new HashSet<string>();
        while (true)
        {
            var detail = await s.Api.GetAsync($"api/v1/builds/{build}", ct);
            var next = Steps(detail).FirstOrDefault(x => (x.IsRunning || x.HasLog) && !shown.Contains(x.Name));
            if (next is not null)
            {
                s.Out.Say(next.Title);
                await FollowAsync(s, next.LogPath(build), next.Name, time, ct);
                shown.Add(next.Name);
            }
            else if (StandingOf(detail) is { Over: true } standing)
            {
                End(s, "build", standing.Outcome, standing.Reason, standing.ExitCode);
                return standing.ExitCode;
            }
            else
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
        }
    }

    /// <summary>Prints a log as it grows; when the connection breaks, goes on where it was.</summary>
    /// <returns>What the server said at the end.</returns>
    private static async Task<JsonElement> FollowAsync(Session s, string path, string name, TimeProvider time, CancellationToken ct)
    {
        string? last = null;
        for (var tries = 0; ; tries++)
        {
            try
            {
                await using var stream = await s.Api.EventsAsync(path, last, ct);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(ct))
                {
                    (tries, last) = (0, string.IsNullOrEmpty(item.EventId) ? last : item.EventId);
                    if (item.EventType == "end")
                        return JsonSerializer.Deserialize<JsonElement>(item.Data);
                    if (item.EventType == "log")
                        Write(s, name, item.Data);
                    else if (item.EventType == "waiting")
                        s.Out.Say(JsonSerializer.Deserialize<JsonElement>(item.Data).Text("detail"));
                }
            }
            catch (Exception e) when (Watcher.IsBroken(e) && tries < MostTries)
            {
                s.Out.Say($"The connection broke, trying again: {e.Message}");
            }

            if (tries >= MostTries)
                throw new Failure(Exit.Unreachable, "The log ended before its task did, again and again.", "Run the command again.");
            await Task.Delay(Watcher.Backoff(tries), time, ct);
        }
    }

    private static void Write(Session s, string name, string text)
    {
        if (s.Out.IsJson)
            s.Out.AnswerLine(new { type = "log", name, text });
        else
            s.Out.Raw(text);
    }

    private static void End(Session s, string what, string outcome, string reason, int exitCode)
    {
        if (s.Out.IsJson)
            s.Out.AnswerLine(new { type = "end", @object = what, outcome, reason, exitCode });
        else
            s.Out.Say($"{what}: {outcome}{(reason.Length > 0 ? ". " + reason : "")}");
    }

    private static Standing StandingOf(JsonElement detail) => WatchTarget.OfBuild(detail);

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

/// <param name="Tail">Lines; null for the last 64 KiB.</param>
internal sealed record TaskLog(string Task, bool StandardError, int? Tail);
