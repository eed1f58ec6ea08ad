using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Releases;

namespace Pipeline.Ui.Queries.Commits;

/// <summary>A commit in a list, with how far it came. <see cref="Repository"/> is <c>owner/name</c>.</summary>
public sealed record CommitLine(
    Guid RepositoryId, string Repository, string Sha, string Subject, string Author, string? Pusher, string? Branch, DateTimeOffset At,
    BuildMark? Build, ReleaseMark? Release, IReadOnlyList<StageMark> Stages, Guid CommitId = default);

/// <param name="Next">Null on the last page.</param>
public sealed record CommitListPage(IReadOnlyList<CommitLine> Lines, string? Next);

public sealed record NearCommit(string Repository, string Sha, string Subject);
