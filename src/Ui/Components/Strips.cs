using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Components;

/// <summary>Makes the strip of a commit: delivery, build, release, then every stage of the policy in order.</summary>
public static class Strips
{
    public static IReadOnlyList<StripStep> Of(CommitLine line, IReadOnlyList<StageView> stages) =>
        [Build(line.Repository, line.Build), .. stages.Select(s => Stage(s.Name, line.Stages.FirstOrDefault(m => m.Stage == s.Name)))];

    public static IReadOnlyList<StripStep> Of(CommitView commit, IReadOnlyList<StageView> stages)
    {
        var build = commit.Build is { } b ? new BuildMark(b.Id, b.Number, b.State, b.Reason, b.CreatedAt, b.StartedAt, b.FinishedAt) : null;
        return
        [
            new StripStep("delivery", "Delivery", commit.PushedAt is null ? "none" : "processed", "/hooks",
                commit.PushedAt is null ? "came with history" : "received", Since: commit.PushedAt),
            Build(commit.Repository, build),
            Release(commit.Repository, commit.Release),
            .. stages.Select(s => Stage(s.Name, commit.Stages.FirstOrDefault(m => m.Stage == s.Name))),
        ];
    }

    private static StripStep Build(string repository, BuildMark? build) => build is null
        ? new StripStep("build", "Build", "pending", Text: "not planned yet")
        : new StripStep(
            "build", $"Build #{build.Number}", build.State, Links.Build(repository, build.Number),
            Took: build.FinishedAt - build.StartedAt, Since: build.FinishedAt ?? build.StartedAt ?? build.CreatedAt);

    private static StripStep Release(string repository, ReleaseMark? release) => release switch
    {
        null => new StripStep("release", "Release", "none"),
        { HeldReason: not null } => new StripStep("release", $"Release {release.Number}", "held",
            Links.Release(repository, release.Number), Since: release.CreatedAt),
        _ => new StripStep("release", $"Release {release.Number}", "signed",
            Links.Release(repository, release.Number), Since: release.CreatedAt),
    };

    public static StripStep Stage(string stage, StageMark? mark)
    {
        if (mark is null)
            return new StripStep($"stage-{stage}", stage, "not-reached", Text: "not yet", As: Family.Gone);
        var (family, text) = Look(mark.Phase, mark.Blockers);
        return new StripStep(
            $"stage-{stage}", stage, mark.Phase, Links.Promotion(mark.Promotion), text, family,
            mark.FinishedAt - mark.StartedAt, mark.FinishedAt ?? mark.StartedAt ?? mark.CreatedAt);
    }

    /// <summary>A wait shows what it waits for: a person looks different from a clock.</summary>
    public static (Family? Family, string? Text) Look(string phase, IReadOnlyList<Blocker> blockers) =>
        Vocabulary.Key(phase) == "waiting" && Deciding(blockers) is { } blocker
            ? (WhyReason.FamilyOf(blocker.Gate), $"waiting: {blocker.Gate.Replace('-', ' ')}")
            : (null, null);

    /// <summary>A hold stops everything; else what no clock clears: a person; else the first.</summary>
    private static Blocker? Deciding(IReadOnlyList<Blocker> blockers) =>
        blockers.FirstOrDefault(b => b.Gate is "hold" or "signature") ?? blockers.FirstOrDefault(b => b.Gate == "approval")
        ?? (blockers.Count > 0 ? blockers[0] : null);

    public static IReadOnlyList<WhyReason> Reasons(IEnumerable<Blocker> blockers) =>
        [.. blockers.Select(b => new WhyReason(b.Gate.Replace('-', ' '), WhyReason.FamilyOf(b.Gate), b.Sentence, b.EarliestAt))];
}
