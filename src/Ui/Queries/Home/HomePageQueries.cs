using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Commits;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Repositories;

namespace Pipeline.Ui.Queries.Home;

/// <summary>The home page: what needs a person, the newest commits, the repositories.</summary>
internal sealed class HomePageQueries(
    WaitingQueries waiting, CommitListQueries commits, BuildPageQueries builds, RepositoryPageQueries repositories)
{
    public async Task<HomeView> LoadAsync(CancellationToken ct) => new(
        await waiting.ForPersonAsync(10, ct), await builds.BrokenAsync(10, ct), await commits.NewestAsync(15, ct),
            await repositories.ListAsync(10, ct));
}
