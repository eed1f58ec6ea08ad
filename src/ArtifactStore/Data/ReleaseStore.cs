using Dapper;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Core;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.ArtifactStore.Data;

/// <summary>Reads releases. What it gives is what was signed for: one whose document no longer has its digest is held and runs
/// nothing.</summary>
internal sealed class ReleaseStore(NpgsqlDataSource db, AlteredReleases altered)
{
    private const string Columns = """
        SELECT digest, repository_id, commit_sha, build_id, number, created_at, held_reason, document FROM artifact.release
        """;

    public Task<Release?> FindAsync(Digest digest, CancellationToken ct) =>
        ReadOneAsync($"{Columns} WHERE digest = @digest", new { digest = digest.ToString() }, ct);

    /// <summary>The same, and its hold stays as it is until the ambient transaction ends.</summary>
    public Task<Release?> LockAsync(Digest digest, CancellationToken ct) =>
        ReadOneAsync($"{Columns} WHERE digest = @digest FOR SHARE", new { digest = digest.ToString() }, ct);

    public Task<IReadOnlyList<Release>> ForCommitAsync(CommitSha commit, CancellationToken ct) =>
        ReadAsync($"{Columns} WHERE commit_sha = @commit ORDER BY created_at DESC, build_id DESC", new { commit = commit.ToString() }, ct);

    /// <summary>By its number in the repository.</summary>
    public Task<Release?> FindAsync(RepositoryId repository, int number, CancellationToken ct) => ReadOneAsync(
        $"{Columns} WHERE repository_id = @repository AND number = @number", new { repository = repository.Value, number }, ct);

    /// <summary>The release of a build, null when it offers none.</summary>
    public Task<Release?> ForBuildAsync(BuildId build, CancellationToken ct) => ReadOneAsync(
        $"{Columns} WHERE digest = (SELECT release FROM artifact.release_build WHERE build_id = @id)", new { id = build.Value }, ct);

    /// <summary>Newest first, of one repository or of all.</summary>
    public async Task<Page<Release>> ListAsync(RepositoryId? repository, Cursor? after, int limit, CancellationToken ct)
    {
        var where = repository is null ? "true" : "repository_id = @repository";
        var keyset = after is null ? "true" : "(created_at, build_id) < (@at, @id)";
        var rows = await ReadAsync(
            $"{Columns} WHERE {where} AND {keyset} ORDER BY created_at DESC, build_id DESC LIMIT @limit",
            new { repository = repository?.Value, at = after?.At.UtcDateTime, id = after?.Id, limit = limit + 1 },
            ct);
        var items = rows.Take(limit).ToList();
        return new Page<Release>(items, rows.Count > limit ? new Cursor(items[^1].CreatedAt, items[^1].BuildId.Value).ToString() : null);
    }

    /// <summary>Every artifact of the release, also those that no deployable runs; null when there is no such release.</summary>
    /// <exception cref="InvalidDataException">The stored document was changed from outside.</exception>
    public async Task<IReadOnlyList<ReleaseArtifact>?> ArtifactsAsync(Digest digest, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var document = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT document FROM artifact.release WHERE digest = @digest", new { digest = digest.ToString() }, cancellationToken: ct));
        return document is null ? null : Checked(digest, document).Artifacts;
    }

    private async Task<Release?> ReadOneAsync(string sql, object arguments, CancellationToken ct)
    {
        var rows = await ReadAsync(sql, arguments, ct);
        return rows.Count > 0 ? rows[0] : null;
    }

    private async Task<IReadOnlyList<Release>> ReadAsync(string sql, object arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, arguments, cancellationToken: ct));
        return [.. rows.Select(ToRelease)];
    }

    private static ReleaseDocument Checked(Digest digest, string document) =>
        IsIntact(digest, document) ? ReleaseDocument.Parse(document) : throw new InvalidDataException(AlteredReleases.Words(digest));

    private static bool IsIntact(Digest digest, string document) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(document)) == digest;

    private Release ToRelease(Row row)
    {
        var digest = Digest.Parse(row.Digest);
        var intact = IsIntact(digest, row.Document);
        var release = new Release(
            digest, new RepositoryId(row.RepositoryId), CommitSha.Parse(row.CommitSha), new BuildId(row.BuildId), row.Number,
            DateTime.SpecifyKind(row.CreatedAt, DateTimeKind.Utc), intact ? row.HeldReason : AlteredReleases.Words(digest),
            intact ? ReleaseDocument.Parse(row.Document).Deployables : []);
        if (!intact)
            altered.Report(release, row.HeldReason);
        return release;
    }

    private sealed class Row
    {
        public string Digest { get; init; } = "";
        public Guid RepositoryId { get; init; }
        public string CommitSha { get; init; } = "";
        public Guid BuildId { get; init; }
        public int Number { get; init; }
        public DateTime CreatedAt { get; init; }
        public string? HeldReason { get; init; }
        public string Document { get; init; } = "";
    }
}
