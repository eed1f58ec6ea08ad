using Pipeline.DeployStages.Contract;

namespace Pipeline.Server.Api;

/// <summary>The one sentence that says where a commit stands.</summary>
internal static class CommitSentence
{
    public static string Next(CommitBuild? build, CommitRelease? release, IReadOnlyList<CommitStageView> stages, CommitRow commit)
    {
        if (build is null)
            return "The push is being read.";
        if (release is { HeldReason: { } held })
            return $"Release {release.Number} is held: {held}.";
        if (release is null)
            return BuildSentence(build);
        var reached = stages.LastOrDefault(s => s.State != "not-reached");
        if (reached is null)
            return ReleaseSentences.NotOffered(release.Number, commit.Branches, commit.DefaultBranch);
        var reason = reached.Reason is null ? "" : $": {reached.Reason}";
        return reached.State switch
        {
            "succeeded" => $"Release {release.Number} succeeded in {reached.Stage}; the stage has moved on to another release.",
            "running" when reached == stages[^1] => $"Release {release.Number} runs in {reached.Stage}.",
            "running" =>
                $"Release {release.Number} runs in {reached.Stage}; next is {stages[IndexOf(stages, reached) + 1].Stage}.",
            "waiting" => $"Release {release.Number} waits for {reached.Stage}{reason}.",
            var state => $"Release {release.Number} is {state.Replace('-', ' ')} in {reached.Stage}{reason}.",
        };
    }

    private static string BuildSentence(CommitBuild build) => build.State switch
    {
        "succeeded" => $"Build #{build.Number} succeeded; it offers nothing to run.",
        "failed" or "cancelled" or "rejected" => $"Build #{build.Number} {build.State}: {build.Reason}",
        "running" when build.StartedAt is null => $"Build #{build.Number} is pending: it waits for its first task.",
        _ => $"Build #{build.Number} is {build.State}.",
    };

    private static int IndexOf(IReadOnlyList<CommitStageView> stages, CommitStageView stage) => stages.TakeWhile(s => s != stage).Count();
}
