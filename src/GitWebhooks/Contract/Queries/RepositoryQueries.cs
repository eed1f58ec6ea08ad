using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Contract.Queries;

/// <summary>Reads repositories and their branches.</summary>
public sealed class RepositoryQueries
{
    private readonly RepositoryStore store;

    internal RepositoryQueries(RepositoryStore store) => this.store = store;

    /// <summary>The repository, null when there is none of that id.</summary>
    public Task<Repository?> GetAsync(RepositoryId id, CancellationToken ct) => store.GetAsync(id, ct);

    /// <summary>The repository that has the name now, without regard to case; after a deletion and a new one, the newer.</summary>
    public Task<Repository?> FindByNameAsync(string owner, string name, CancellationToken ct) => store.FindByNameAsync(owner, name, ct);

    /// <summary>Newest first.</summary>
    public Task<Page<Repository>> ListAsync(Cursor? after, int limit, CancellationToken ct) => store.ListAsync(after, limit, ct);

    /// <summary>The branches that exist, last moved first, at most 1,000.</summary>
    public Task<IReadOnlyList<Branch>> BranchesAsync(RepositoryId id, CancellationToken ct) => store.BranchesAsync(id, ct);
}
