using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Commits;
using Pipeline.Ui.Queries.Repositories;

namespace Pipeline.Ui.Pages.Repositories;

/// <summary>A repository with the rows of the part that is open; the other lists are empty.</summary>
public sealed record RepositoryModel(
    RepositoryLine Repository, IReadOnlyList<CommitLine> Commits, string? Next, IReadOnlyList<BranchLine> Branches,
    IReadOnlyList<BuildLine> Builds,
    IReadOnlyList<ReleaseLine> Releases, IReadOnlyList<DeliveryLine> Deliveries);
