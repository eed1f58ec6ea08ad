using Dapper;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Data;

/// <summary>Which build made which bytes.</summary>
internal sealed class ArtifactRecords(NpgsqlDataSource db, TimeProvider time)
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

    /// <returns>False when the build has this very artifact already.</returns>
    public async Task<bool> SaveAsync(BuildId build, ReleaseArtifact artifact, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                Build = build.Value, artifact.Module, artifact.Name, Digest = artifact.Digest.ToString(), artifact.Bytes,
                artifact.MediaType, Now = time.GetUtcNow().UtcDateTime,
            },
            cancellationToken: ct)) == 1;
    }

    /// <summary>By module and name.</summary>
    public async Task<IReadOnlyList<ReleaseArtifact>> OfBuildAsync(BuildId build, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(OfBuild, new { Build = build.Value }, cancellationToken: ct));
        return [.. rows.Select(r => new ReleaseArtifact(r.Name, r.Module, Digest.Parse(r.Digest), r.Bytes, r.MediaType))];
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
