using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks;

/// <summary>Makes commits known that no delivery brought: a build asked for by hand.</summary>
public sealed class CommitCommands(RepositoryStore repositories, CommitStore commits, Mirror mirror)
{
    /// <summary>The commit, fetched and stored when it was not yet.</summary>
    /// <returns>Null when the repository or the commit does not exist.</returns>
    public async Task<Commit?> EnsureAsync(RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        if (await repositories.GetAsync(repository, ct) is not { } known || !await mirror.FetchCommitAsync(known, sha, ct))
            return null;
        if (await commits.GetAsync(repository, sha, ct) is { } stored)
            return stored;
        await commits.SaveAsync(repository, null, [mirror.Facts(repository, sha)], sha, null, ct);
        return await commits.GetAsync(repository, sha, ct);
    }
}
