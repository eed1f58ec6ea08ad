using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Releases;

namespace Pipeline.Ui.Queries.Commits;

/// <summary>All that one page says about a commit, read in one go.</summary>
/// <param name="Branches">That contain it now.</param>
/// <param name="PushedAt">When the delivery that brought it arrived; null for history that came along.</param>
/// <param name="RunsNow">What the deployables of its repository run, per stage.</param>
public sealed record CommitView(
    Guid RepositoryId, string Repository, string? WebUrl, string Sha, string Subject, string Message, string Author,
    DateTimeOffset AuthoredAt,
    string? Pusher, DateTimeOffset? PushedAt, string? DeliveryId,
    IReadOnlyList<string> Branches, string DefaultBranch, IReadOnlyList<BuildView> Builds, ReleaseMark? Release,
    IReadOnlyList<StageMark> Stages, IReadOnlyList<ArtifactRow> Artifacts, IReadOnlyList<RunsNowRow> RunsNow,
    IReadOnlyList<StatusRow> Statuses)
{
    public BuildView? Build => Builds.Count == 0 ? null : Builds[0];
}

/// <param name="Relation"><c>exact</c>: this commit; <c>contained</c>: a later one that includes it; <c>without</c>: it is not in
/// there.</param>
public sealed record RunsNowRow(string Deployable, MatrixCell Cell, string Relation)
{
    public string Stage => Cell.Stage;
}

public sealed record StatusRow(
    string Context, string State, string Description, string TargetUrl, string Result, string? Reason, int Attempts,
    DateTimeOffset ReportedAt);
