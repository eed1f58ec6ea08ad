using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.BuildRunner.Contract.Queries;

/// <summary>Reads builds.</summary>
public sealed class BuildQueries
{
    private readonly BuildStore store;

    internal BuildQueries(BuildStore store) => this.store = store;

    /// <summary>Newest first; <paramref name="sha"/> and <paramref name="branch"/> narrow it.</summary>
    public Task<Page<BuildSummary>> ListAsync(
        RepositoryId repository, CommitSha? sha, string? branch, Cursor? after, int limit, CancellationToken ct) =>
        store.ListAsync(repository, sha, branch, after, limit, ct);

    /// <summary>The build, null when there is none of that id.</summary>
    public Task<BuildSummary?> GetAsync(BuildId id, CancellationToken ct) => store.GetAsync(id, ct);

    /// <summary>The build with that number in its repository, null when there is none.</summary>
    public async Task<BuildSummary?> FindAsync(RepositoryId repository, int number, CancellationToken ct) =>
        await store.FindAsync(repository, number, ct) is { } id ? await store.GetAsync(id, ct) : null;

    /// <summary>The build with its modules, steps and artifacts, null when there is none of that id.</summary>
    public Task<BuildDetail?> DetailAsync(BuildId id, CancellationToken ct) => store.DetailAsync(id, ct);
}
