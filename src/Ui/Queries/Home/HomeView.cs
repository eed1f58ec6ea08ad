using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Commits;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Repositories;

namespace Pipeline.Ui.Queries.Home;

public sealed record HomeView(
    IReadOnlyList<WaitingLine> Waiting, IReadOnlyList<BuildLine> Broken, IReadOnlyList<CommitLine> Commits,
    IReadOnlyList<RepositoryLine> Repositories);
