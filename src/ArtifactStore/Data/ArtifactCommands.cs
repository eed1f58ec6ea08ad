using Dapper;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Core;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.ArtifactStore.Data;

/// <summary>Says which build made which bytes. The bytes were put into <see cref="BlobStore"/> before.</summary>
public sealed class ArtifactCommands(NpgsqlDataSource db, BlobStore blobs, Journal journal, TimeProvider time)
{
    private const string Insert = """
        INSERT INTO artifact.artifact (build_id, module, name, digest, bytes, media_type, recorded_at)
        VALUES (@Build, @Module, @Name, @Digest, @Bytes, @MediaType, @Now)
        ON CONFLICT (build_id, module, name) DO UPDATE
           SET digest = excluded.digest, bytes = excluded.bytes, media_type = excluded.media_type, recorded_at = excluded.recorded_at
         WHERE artifact.artifact.digest <> excluded.digest
        """;

    private const string OfBuild = """
        SELECT name, module, digest, bytes, media_type FROM artifact.artifact WHERE build_id = @Build ORDER BY module, name
        """;

    /// <summary>Records an artifact of a build; the same again changes nothing, a later attempt of the module replaces its
    /// artifact.</summary>
    /// <param name="subject">Repository, commit and build for the timeline.</param>
    /// <returns>False when the bytes are not in the store.</returns>
    public Task<bool> RecordAsync(BuildId build, ReleaseArtifact artifact, JournalSubject subject, Actor actor, CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                if (blobs.SizeOf(artifact.Digest) is not { } bytes)
                    return false;
                if (await InsertAsync(build, artifact with { Bytes = bytes }, token) == 1)
                    await journal.AppendAsync(
                        new ArtifactStored(artifact.Digest, artifact.Name, bytes, build), actor, subject with { Build = build },
                        token);
                return true;
            },
            ct);

    /// <summary>All artifacts of a build, by module and name.</summary>
    public async Task<IReadOnlyList<ReleaseArtifact>> OfBuildAsync(BuildId build, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(OfBuild, new { Build = build.Value }, cancellationToken: ct));
        return [.. rows.Select(r => new ReleaseArtifact(r.Name, r.Module, Digest.Parse(r.Digest), r.Bytes, r.MediaType))];
    }

    private async Task<int> InsertAsync(BuildId build, ReleaseArtifact artifact, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                Build = build.Value, artifact.Module, artifact.Name, Digest = artifact.Digest.ToString(), artifact.Bytes,
                artifact.MediaType, Now = time.GetUtcNow().UtcDateTime,
            },
            cancellationToken: ct));
    }

    private sealed class Row
    {
        public string Name { get; init; } = "";
        public string Module { get; init; } = "";
        public string Digest { get; init; } = "";
        public long Bytes { get; init; }
        public string MediaType { get; init; } = "";
    }
}
