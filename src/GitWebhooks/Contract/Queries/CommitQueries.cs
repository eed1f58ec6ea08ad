using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Contract.Queries;

/// <summary>Reads commits: what was pushed from the rows, how commits follow each other from git itself.</summary>
public sealed class CommitQueries
{
    private const int MaxBetween = 250;

    private readonly CommitStore store;
    private readonly Mirror mirror;
    private readonly History history;

    internal CommitQueries(CommitStore store, Mirror mirror, History history) =>
        (this.store, this.mirror, this.history) = (store, mirror, history);

    /// <summary>The commit, null when it is not known.</summary>
    public Task<Commit?> GetAsync(RepositoryId repository, CommitSha sha, CancellationToken ct) => store.GetAsync(repository, sha, ct);

    /// <summary>By commit time, newest first. <paramref name="branch"/> null lists all.</summary>
    public Task<Page<Commit>> ListAsync(RepositoryId repository, string? branch, Cursor? after, int limit, CancellationToken ct) =>
        store.ListAsync(repository, branch, after, limit, ct);

    /// <summary>The branches that the commit came by, at most 100.</summary>
    public Task<IReadOnlyList<string>> BranchesAsync(RepositoryId repository, CommitSha sha, CancellationToken ct) =>
        store.BranchesAsync(repository, sha, ct);

    /// <summary>True when <paramref name="descendant"/> has <paramref name="ancestor"/> in its history, or is the same commit.</summary>
    /// <remarks>False when the mirror does not hold both: git alone knows.</remarks>
    public bool IsAncestor(RepositoryId repository, CommitSha ancestor, CommitSha descendant) =>
        mirror.Exists(repository) && mirror.IsAncestor(repository, ancestor, descendant);

    /// <summary>Commits that <paramref name="to"/> has and <paramref name="from"/> has not, newest first, at most 250.</summary>
    /// <param name="repository">The repository they belong to.</param>
    /// <param name="from">Null for the whole history.</param>
    /// <param name="to">Empty when the mirror does not hold it.</param>
    public IReadOnlyList<CommitFacts> Between(RepositoryId repository, CommitSha? from, CommitSha to) =>
        mirror.Contains(repository, to) ? history.Log(repository, from is { } known ? [known] : [], to, MaxBetween) : [];

    /// <summary>Authors and pushers of every commit that <paramref name="to"/> has and <paramref name="from"/> has not, however many they
    /// are, and of <paramref name="to"/> itself.</summary>
    /// <returns>Without duplicates; empty when nothing is known.</returns>
    public async Task<IReadOnlyList<CommitContributor>> ContributorsAsync(
        RepositoryId repository, CommitSha? from, CommitSha to, CancellationToken ct)
    {
        var range = mirror.Contains(repository, to) ? await history.RangeAsync(repository, from, to, ct) : new CommitRange([], []);
        var stored = await store.ContributorsAsync(repository, [.. range.Shas.Append(to.ToString()).Distinct()], ct);
        return [.. stored.Concat(range.Authors.Select(a => new CommitContributor(a.Name, a.Email, null))).Distinct()];
    }
}
