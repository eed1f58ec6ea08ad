using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>How something stands: still going, or ended with an exit code.</summary>
internal sealed record Standing(bool Over, string Outcome, string Reason, int ExitCode, JsonElement View);

/// <summary>What is watched: where its state is read, and which events are about it.</summary>
internal sealed record WatchTarget(string Name, string Path, string EventQuery, Func<JsonElement, Standing> Read)
{
    private static readonly TimeSpan NotYet = TimeSpan.FromSeconds(60);

    /// <summary>A commit, or a build's or promotion's id. What does not exist yet is waited for, a minute.</summary>
    public static async Task<WatchTarget> FindAsync(Session s, string? what, string? until, TimeProvider time, CancellationToken ct)
    {
        if (what is not null && Guid.TryParse(what, out _))
        {
            var promotion = $"api/v1/promotions/{what}";
            return await ExistsAsync(s, promotion, ct)
                ? new WatchTarget("promotion", promotion, $"promotion={what}", v => OfPromotion(v.Text("phase"), v.Text("reason"), v))
                : new WatchTarget("build", $"api/v1/builds/{what}", $"build={what}", OfBuild);
        }

        if (what is not null && what.Contains('#', StringComparison.Ordinal))
        {
            var build = await s.BuildAsync(what, ct);
            return new WatchTarget("build", $"api/v1/builds/{build}", $"build={build}", OfBuild);
        }

        var commit = await Session.CommitAsync(what, ct);
        var path = Everyday.CommitPath(commit);
        var started = time.GetTimestamp();
        while (!await ExistsAsync(s, path, ct))
        {
            if (time.GetElapsedTime(started) > NotYet)
            {
                throw new Failure(
                    Exit.NotFound, $"No push of {Json.Short(commit)} arrived within a minute.",
                    "Was it pushed, and does the repository's webhook point here?");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
        }

        var sha = (await s.Api.GetAsync(path, ct)).Text("sha");
        return new WatchTarget("commit", Everyday.CommitPath(sha), $"commit={sha}", v => OfCommit(v, until));
    }

    private static async Task<bool> ExistsAsync(Session s, string path, CancellationToken ct)
    {
        try
        {
            await s.Api.GetAsync(path, ct);
            return true;
        }
        catch (Failure f) when (f.ExitCode == Exit.NotFound)
        {
            return false;
        }
    }

    public static Standing OfBuild(JsonElement v)
    {
        var build = v.At("build") ?? v;
        return OfState(build.Text("state"), build.Text("reason"), v);
    }

    private static Standing OfState(string state, string reason, JsonElement v) => state switch
    {
        "succeeded" or "running-in-stage" => new Standing(true, state, reason, Exit.Done, v),
        "failed" or "rejected" or "rolled-back" => new Standing(true, state, reason, Exit.EndedBadly, v),
        "cancelled" or "superseded" or "skipped" => new Standing(true, state, reason, Exit.NoVerdict, v),
        _ => new Standing(false, state, reason, Exit.Done, v),
    };

    private static Standing OfPromotion(string phase, string reason, JsonElement v) => OfState(phase, reason, v);

    private static Standing OfCommit(JsonElement v, string? until)
    {
        if (v.At("build") is { } build)
        {
            var built = OfState(build.Text("state"), build.Text("reason"), v);
            if (until == "build" || (built.Over && built.ExitCode != Exit.Done))
                return built;
        }

        var stages = v.Items("stages").ToList();
        if (until is not (null or "build") && stages.All(x => x.Text("stage") != until))
        {
            throw new Failure(
                Exit.Usage, $"There is no stage '{until}'.", $"--until build, {string.Join(", ", stages.Select(x => x.Text("stage")))}");
        }

        foreach (var stage in stages)
        {
            var state = stage.Text("state") == "running" ? "succeeded" : stage.Text("state");
            var standing = OfState(state, $"{stage.Text("stage")}: {stage.Text("reason")}", v);
            if (!standing.Over || standing.ExitCode != Exit.Done || stage.Text("stage") == until)
                return standing;
        }

        return stages.Count > 0
            ? new Standing(true, "succeeded", v.Text("next"), Exit.Done, v)
            : new Standing(false, "waiting", v.Text("next"), Exit.Done, v);
    }
}

/// <summary>Follows the event stream, takes it up again when it breaks, and ends with the state and a true exit code.</summary>
internal static class Watcher
{
    private const int MostTries = 8;

    public static async Task<int> RunAsync(Session s, WatchTarget target, TimeSpan timeout, TimeProvider time, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await FollowAsync(s, target, time, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            End(s, target, "waiting", "stopped waiting; the work goes on", Exit.StoppedWaiting);
            return Exit.StoppedWaiting;
        }
    }

    private static async Task<int> FollowAsync(Session s, WatchTarget target, TimeProvider time, CancellationToken ct)
    {
        string? last = null;
        for (var tries = 0; ;)
        {
            try
            {
                // Opened before the state is read: what happens in between is in the stream.
                await using var stream = await s.Api.EventsAsync($"api/v1/events?{target.EventQuery}", last, ct);
                if (await StandAsync(s, target, ct) is { } already)
                    return already;
                tries = 0;
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(ct))
                {
                    if (!string.IsNullOrEmpty(item.EventId))
                        last = item.EventId;
                    if (item.EventType is "keep-alive" or "end")
                        continue;
                    Tell(s, item.EventType, item.Data);
                    if (await StandAsync(s, target, ct) is { } code)
                        return code;
                }
            }
            catch (Exception e) when (IsBroken(e) && tries < MostTries)
            {
                s.Out.Say($"The connection broke, trying again: {e.Message}");
            }

            await Task.Delay(Backoff(tries++), time, ct);
        }
    }

    /// <summary>The connection or the server failed, not the question.</summary>
    public static bool IsBroken(Exception e) =>
        e is IOException or HttpRequestException or Failure { ExitCode: Exit.Unreachable or Exit.Unexpected };

    /// <summary>250 ms, doubling to 8 s.</summary>
    public static TimeSpan Backoff(int tries) => TimeSpan.FromMilliseconds(250 * Math.Pow(2, Math.Min(tries, 5)));

    private static async Task<int?> StandAsync(Session s, WatchTarget target, CancellationToken ct)
    {
        var standing = target.Read(await s.Api.GetAsync(target.Path, ct));
        if (!standing.Over)
            return null;
        if (!s.Out.IsJson && target.Name == "commit")
            Everyday.Status(s, standing.View);
        End(s, target, standing.Outcome, standing.Reason, standing.ExitCode);
        return standing.ExitCode;
    }

    private static void Tell(Session s, string kind, string data)
    {
        if (s.Out.IsJson)
        {
            s.Out.Raw(data.Replace("\n", "", StringComparison.Ordinal) + "\n");
            return;
        }

        var e = JsonSerializer.Deserialize<JsonElement>(data);
        string[] about = [e.Text("subject.stage"), e.Text("subject.deployable"), e.Text("payload.module"), e.Text("payload.step")];
        var where = string.Join(' ', about.Where(x => x.Length > 0));
        var why = e.Text("payload.reason") is { Length: > 0 } reason ? reason : e.Text("payload.blockers");
        s.Out.Line($"{e.Text("at")}  {kind}  {where}  {why}".TrimEnd());
    }

    private static void End(Session s, WatchTarget target, string outcome, string reason, int exitCode)
    {
        if (s.Out.IsJson)
            s.Out.AnswerLine(new { type = "end", @object = target.Name, outcome, reason, exitCode });
        else
            s.Out.Say($"{target.Name}: {outcome}{(reason.Length > 0 ? ". " + reason : "")}");
    }
}
