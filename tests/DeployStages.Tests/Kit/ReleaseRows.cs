using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Kit;

/// <summary>What a build of a commit hands over, and the rows of its repository.</summary>
internal static class ReleaseRows
{
    /// <summary>A repository and a commit of Maria's that Eleni pushed to a branch.</summary>
    public const string PushedCommit = """
        INSERT INTO git.repository (id, forge, base_url, forge_id, owner, name, clone_url, default_branch, pinned, added_at, added_by)
        VALUES (@repository, 'github', 'https://github.com', @forge, 'shop', @name, 'https://github.com/shop/' || @name || '.git', 'main',
                false, now(), 'test')
        ON CONFLICT DO NOTHING;
        INSERT INTO git.commit (id, repository_id, sha, subject, message, author_name, author_email, authored_at, committed_at, parents,
                                pusher, seen_at)
        VALUES (@id, @repository, @sha, 'Change', 'Change', 'Maria', 'maria@example.org', now(), now(), '{}', 'eleni', now());
        INSERT INTO git.commit_branch (repository_id, branch, sha, committed_at, commit_id) VALUES (@repository, @branch, @sha, now(), @id);
        """;

    /// <summary>A release of one artifact with a service per name; production runs two instances of each.</summary>
    /// <param name="deployables">A name, which is its route too, or <c>name:/route</c>.</param>
    /// <param name="number">Makes the bytes and the environment of the release its own.</param>
    public static NewRelease Build(
        RepositoryId repository, CommitSha sha, int number, DateTimeOffset now, IReadOnlyList<string> deployables)
    {
        var artifact = new ReleaseArtifact("app", "app", Digest.Of([(byte)number, 1]), 2, "application/gzip");
        return new NewRelease(
            repository, "https://github.com/shop/web", sha, BuildId.New(now), [artifact],
            [.. deployables.Select(d => d.Split(':')).Select(d => Service(d[0], d.ElementAtOrDefault(1) ?? "/" + d[0], artifact, number))],
            null, null);
    }

    private static ReleaseDeployable Service(string name, string route, ReleaseArtifact artifact, int number) => new(
        name, "service", "app", artifact.Digest, 2, artifact.MediaType, "./serve", 1, 0.1m, 32, 10, 1,
        new DeployableHealth("/healthz", 60, 1, 1, 1, 0), new Dictionary<string, string> { ["BUILD"] = $"{number}" }, route,
        new Dictionary<string, StageOverride> { ["production"] = new(2, new Dictionary<string, string>(), null, null) });
}
