using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Watching;

/// <summary>The state of a watched object: still going, or ended with an exit code.</summary>
/// <param name="View">The object as the server shows it.</param>
internal sealed record WatchedState(bool IsOver, string Outcome, string Reason, int ExitCode, JsonElement View)
{
    public static WatchedState OfBuild(JsonElement view)
    {
        var build = view.At("build") ?? view;
        return From(build.Text("state"), build.Text("reason"), view);
    }

    public static WatchedState OfPromotion(JsonElement view) => From(view.Text("phase"), view.Text("reason"), view);

    /// <summary>The first of build and stages that is not well, up to the one to wait for.</summary>
    /// <param name="until"><c>build</c> or a stage; null for the last stage.</param>
    public static WatchedState OfCommit(JsonElement view, string? until)
    {
        if (view.At("build") is { } build)
        {
            var built = From(build.Text("state"), build.Text("reason"), view);
            if (until == "build" || (built.IsOver && built.ExitCode != ExitCodes.Success))
                return built;
        }

        var stages = view.Items("stages").ToList();
        RequireStage(until, stages);
        foreach (var stage in stages)
        {
            var state = stage.Text("state") == "running" ? "succeeded" : stage.Text("state");
            var reached = From(state, $"{stage.Text("stage")}: {stage.Text("reason")}", view);
            if (!reached.IsOver || reached.ExitCode != ExitCodes.Success || stage.Text("stage") == until)
                return reached;
        }

        return stages.Count > 0
            ? new WatchedState(true, "succeeded", view.Text("next"), ExitCodes.Success, view)
            : new WatchedState(false, "waiting", view.Text("next"), ExitCodes.Success, view);
    }

    private static void RequireStage(string? until, List<JsonElement> stages)
    {
        if (until is null or "build" || stages.Exists(s => s.Text("stage") == until))
            return;
        throw new CommandException(
            ExitCodes.Usage, $"The commit's pipeline has no stage '{until}'.",
            $"Write --until with one of: build, {string.Join(", ", stages.Select(s => s.Text("stage")))}.");
    }

    private static WatchedState From(string state, string reason, JsonElement view) => state switch
    {
        "succeeded" or "running-in-stage" => new WatchedState(true, state, reason, ExitCodes.Success, view),
        "failed" or "rejected" or "rolled-back" => new WatchedState(true, state, reason, ExitCodes.EndedBadly, view),
        "cancelled" or "superseded" or "skipped" => new WatchedState(true, state, reason, ExitCodes.NoVerdict, view),
        _ => new WatchedState(false, state, reason, ExitCodes.Success, view),
    };
}
