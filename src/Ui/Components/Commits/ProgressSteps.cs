using Pipeline.DeployStages.Contract;
using Pipeline.Ui.Display;
using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Commits;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Releases;

namespace Pipeline.Ui.Components.Commits;

/// <summary>The steps of a commit: delivery, build, release, then every stage of the policy in its order.</summary>
internal static class ProgressSteps
{
    /// <summary>Of a commit in a list: build and stages.</summary>
    public static IReadOnlyList<ProgressStep> Of(CommitLine line, IReadOnlyList<StageView> stages) =>
        [Build(line.Repository, line.Build), .. stages.Select(s => Stage(s.Name, line.Stages.FirstOrDefault(m => m.Stage == s.Name)))];

    /// <summary>Of a commit on its own page: everything.</summary>
    public static IReadOnlyList<ProgressStep> Of(CommitView commit, IReadOnlyList<StageView> stages)
    {
        var build = commit.Build is { } b ? new BuildMark(b.Id, b.Number, b.State, b.Reason, b.CreatedAt, b.StartedAt, b.FinishedAt) : null;
        return
        [
            new ProgressStep("delivery", "Delivery", commit.PushedAt is null ? "none" : "processed", "/hooks",
                commit.PushedAt is null ? "part of the history" : "received", Since: commit.PushedAt),
            Build(commit.Repository, build),
            Release(commit.Repository, commit.Release),
            .. stages.Select(s => Stage(s.Name, commit.Stages.FirstOrDefault(m => m.Stage == s.Name))),
        ];
    }

    /// <summary>One stage; <paramref name="mark"/> is null when nothing was promoted into it.</summary>
    public static ProgressStep Stage(string stage, StageMark? mark)
    {
        if (mark is null)
            return new ProgressStep($"stage-{stage}", stage, "not-reached", Text: "not yet", Tone: StateTone.Gone);
        var (tone, text) = PromotionLook.Of(mark.Phase, mark.Blockers);
        return new ProgressStep(
            $"stage-{stage}", stage, mark.Phase, Links.Promotion(mark.Promotion), text, tone,
            mark.FinishedAt - mark.StartedAt, mark.FinishedAt ?? mark.StartedAt ?? mark.CreatedAt);
    }

    private static ProgressStep Build(string repository, BuildMark? build) => build is null
        ? new ProgressStep("build", "Build", "pending", Text: "not planned yet")
        : new ProgressStep(
            "build", $"Build #{build.Number}", build.State, Links.Build(repository, build.Number),
            Took: build.FinishedAt - build.StartedAt, Since: build.FinishedAt ?? build.StartedAt ?? build.CreatedAt);

    private static ProgressStep Release(string repository, ReleaseMark? release) => release is null
        ? new ProgressStep("release", "Release", "none")
        : new ProgressStep(
            "release", $"Release {release.Number}", release.HeldReason is null ? "signed" : "held",
            Links.Release(repository, release.Number), Since: release.CreatedAt);
}
