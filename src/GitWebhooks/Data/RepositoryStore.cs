using Dapper;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Data;

/// <summary>Reads repositories and their branches.</summary>
internal sealed class RepositoryStore(NpgsqlDataSource db)
{
    private const string ById = $"SELECT {RepositoryRow.Columns} FROM git.repository WHERE id = @id";
    private const string ByName = $"""
        SELECT {RepositoryRow.Columns} FROM git.repository
         WHERE lower(owner) = lower(@owner) AND lower(name) = lower(@name)
         ORDER BY added_at DESC LIMIT 1
        """;
    private const string Newest = $"""
        SELECT {RepositoryRow.Columns} FROM git.repository
         WHERE @at::timestamptz IS NULL OR (added_at, id) < (@at::timestamptz, @id::uuid)
         ORDER BY added_at DESC, id DESC LIMIT @limit
        """;
    private const string BranchesOf = """
        SELECT repository_id, name, head_sha, head_received_at, updated_at, deleted_at FROM git.branch
         WHERE repository_id = @id AND head_sha IS NOT NULL ORDER BY updated_at DESC, name LIMIT 1000
        """;

    public async Task<Repository?> GetAsync(RepositoryId id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<RepositoryRow>(new CommandDefinition(
            ById, new { id = id.Value }, cancellationToken: ct));
        return row?.ToRepository();
    }

    /// <summary>The repository that has the name now, without regard to case; after a deletion and a new one, the newer.</summary>
    public async Task<Repository?> FindByNameAsync(string owner, string name, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<RepositoryRow>(new CommandDefinition(
            ByName, new { owner, name }, cancellationToken: ct));
        return row?.ToRepository();
    }

    /// <summary>Newest first.</summary>
    public async Task<Page<Repository>> ListAsync(Cursor? after, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<RepositoryRow>(new CommandDefinition(
            Newest, new { at = after?.At.UtcDateTime, id = after?.Id, limit = limit + 1 }, cancellationToken: ct));
        return Rows.Page<Repository>([.. rows.Select(r => r.ToRepository())], limit, r => new Cursor(r.AddedAt, r.Id.Value));
    }

    /// <summary>The branches that exist, last moved first, at most 1,000.</summary>
    public async Task<IReadOnlyList<Branch>> BranchesAsync(RepositoryId id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<BranchRow>(new CommandDefinition(BranchesOf, new { id = id.Value }, cancellationToken: ct));
        return [.. rows.Select(r => r.ToBranch())];
    }
}
