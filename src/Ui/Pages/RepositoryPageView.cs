using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

/// <summary>A repository with the rows of the part that is open; the other lists are empty.</summary>
public sealed record RepositoryPageView(
    RepositoryLine Repository, IReadOnlyList<CommitLine> Commits, string? Next, IReadOnlyList<BranchLine> Branches, IReadOnlyList<BuildLine> Builds,
    IReadOnlyList<ReleaseLine> Releases, IReadOnlyList<DeliveryLine> Deliveries);
