using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Contract.Commands;

/// <summary>Makes commits known that no delivery brought: a build started by hand.</summary>
public sealed class CommitCommands
{
    private readonly RepositoryStore repositories;
    private readonly CommitStore commits;
    private readonly Mirror mirror;
    private readonly History history;

    internal CommitCommands(RepositoryStore repositories, CommitStore commits, Mirror mirror, History history) =>
        (this.repositories, this.commits, this.mirror, this.history) = (repositories, commits, mirror, history);

    /// <summary>The commit, fetched and stored when it was not yet. Needs <see cref="Permission.Build"/>.</summary>
    /// <returns>Null when the repository or the commit does not exist.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public async Task<Commit?> EnsureAsync(Caller caller, RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        if (await repositories.GetAsync(repository, ct) is not { } known || !await mirror.FetchCommitAsync(known, sha, ct))
            return null;
        if (await commits.GetAsync(repository, sha, ct) is { } stored)
            return stored;
        await commits.SaveAsync(repository, null, [history.Facts(repository, sha)], sha, null, ct);
        return await commits.GetAsync(repository, sha, ct);
    }
}
