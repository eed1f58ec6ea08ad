using Dapper;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Data;

/// <summary>Writes releases and their holds. Joins the ambient transaction.</summary>
internal sealed class ReleaseWriter(NpgsqlDataSource db, TimeProvider time)
{
    // The lock on the number's row makes builds of one repository take turns, so that the check for the digest cannot be overtaken.
    private const string LockRepository = """
        INSERT INTO artifact.release_number (repository_id, last) VALUES (@Repository, 0)
        ON CONFLICT (repository_id) DO UPDATE SET last = artifact.release_number.last
        """;

    private const string FindOfBuild = "SELECT release FROM artifact.release_build WHERE build_id = @Build";

    private const string Insert = """
        WITH numbered AS (
            UPDATE artifact.release_number SET last = last + 1
             WHERE repository_id = @Repository AND NOT EXISTS (SELECT FROM artifact.release WHERE digest = @Digest)
            RETURNING last)
        INSERT INTO artifact.release (digest, repository_id, commit_sha, build_id, number, created_at, document)
        SELECT @Digest, @Repository, @Commit, @Build, last, @Now, @Document FROM numbered
        RETURNING number
        """;

    private const string LinkBuild = "INSERT INTO artifact.release_build (build_id, release) VALUES (@Build, @Digest)";

    private const string SetHold = """
        UPDATE artifact.release SET held_reason = @reason
         WHERE digest = @digest AND held_reason IS DISTINCT FROM @reason AND (@reason IS NULL OR held_reason IS NULL)
        """;

    /// <summary>Sets the hold, or lifts it when the reason is null. The first reason stays.</summary>
    /// <returns>False when that changed nothing.</returns>
    public async Task<bool> SetHoldAsync(Digest digest, string? reason, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            SetHold, new { digest = digest.ToString(), reason }, cancellationToken: ct)) == 1;
    }

    /// <returns>The release of this build, and its number when it is new.</returns>
    public async Task<(Digest Release, int? Number)> InsertAsync(NewRelease release, Digest digest, string document, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var arguments = new
        {
            Repository = release.RepositoryId.Value, Commit = release.CommitSha.ToString(), Build = release.BuildId.Value,
            Digest = digest.ToString(), Document = document, Now = time.GetUtcNow().UtcDateTime,
        };
        Task<T?> Scalar<T>(string sql) => connection.ExecuteScalarAsync<T?>(new CommandDefinition(sql, arguments, cancellationToken: ct));

        await Scalar<int?>(LockRepository);
        if (await Scalar<string?>(FindOfBuild) is { } existing)
            return (Digest.Parse(existing), null);
        var number = await Scalar<int?>(Insert);
        await Scalar<int?>(LinkBuild);
        return (digest, number);
    }
}
