using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Core;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.ArtifactStore.Data;

/// <summary>The public door that writes releases.</summary>
public sealed class ReleaseCommands(
    NpgsqlDataSource db, ReleaseStore releases, StatementSigner signer, Journal journal, TimeProvider time, ILogger<ReleaseCommands> logger)
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

    /// <summary>Makes, numbers and signs the release of a build. The same build again, or the same content, gives the release that is
    /// there.</summary>
    public Task<Release> CreateAsync(NewRelease release, Actor actor, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            var document = ReleaseDocument.Of(release).ToCanonicalJson();
            var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(document));
            var (found, number) = await InsertAsync(release, digest, document, token);
            var stored = await releases.FindAsync(found, token);
            Invariant.Require(stored is not null);
            if (number is { } n)
            {
                await signer.SignProvenanceAsync(release, digest, token);
                var subject = new JournalSubject
                {
                    Repository = release.RepositoryId, Commit = release.CommitSha, Build = release.BuildId, Release = digest,
                };
                logger.ReleaseMade(n, release.RepositoryId, digest, release.BuildId);
                await journal.AppendAsync(
                    new ReleaseCreated(release.RepositoryId, release.CommitSha, release.BuildId, digest, n), actor, subject, token);
            }

            return stored;
        },
        ct);

    /// <summary>Keeps the release from being promoted, with a reason that people see. The first reason stays.</summary>
    /// <returns>False when there is no such release.</returns>
    public Task<bool> HoldAsync(Digest release, string reason, Actor actor, CancellationToken ct) =>
        ChangeHoldAsync(release, reason, "release.held", reason, actor, ct);

    public Task<bool> UnholdAsync(Digest release, string? message, Actor actor, CancellationToken ct) =>
        ChangeHoldAsync(release, null, "release.released", message, actor, ct);

    private Task<bool> ChangeHoldAsync(Digest digest, string? reason, string action, string? message, Actor actor, CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                if (await releases.FindAsync(digest, token) is not { } release)
                    return false;
                if (await UpdateHoldAsync(digest, reason, token) == 1)
                {
                    var subject = new JournalSubject
                    {
                        Repository = release.RepositoryId, Commit = release.CommitSha, Build = release.BuildId, Release = digest,
                    };
                    await journal.AppendAsync(new ActionRecorded(action, digest.ToString(), message), actor, subject, token);
                }

                return true;
            },
            ct);

    private async Task<int> UpdateHoldAsync(Digest digest, string? reason, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            SetHold, new { digest = digest.ToString(), reason }, cancellationToken: ct));
    }

    /// <returns>The release of this build, and its number when it is new.</returns>
    private async Task<(Digest Release, int? Number)> InsertAsync(NewRelease release, Digest digest, string document, CancellationToken ct)
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
