using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Contract.Queries;

/// <summary>Reads commit statuses and what became of them.</summary>
public sealed class StatusQueries
{
    private readonly StatusStore store;

    internal StatusQueries(StatusStore store) => this.store = store;

    /// <summary>What was reported for a commit, by context, at most 200.</summary>
    public Task<IReadOnlyList<CommitStatus>> ListAsync(RepositoryId repository, CommitSha sha, CancellationToken ct) =>
        store.ListAsync(repository, sha, ct);
}
