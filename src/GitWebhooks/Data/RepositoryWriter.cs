using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Data;

/// <summary>Writes repositories. A pinned one keeps its clone URL whatever a delivery says.</summary>
internal sealed class RepositoryWriter(NpgsqlDataSource db, TimeProvider time, IOptions<GitWebhooksOptions> options)
{
    private const string Upsert = $"""
        INSERT INTO git.repository ({RepositoryRow.Columns})
        VALUES (@Id, 'github', @BaseUrl, @ForgeId, @Owner, @Name, @CloneUrl, @WebUrl, @DefaultBranch, @Pinned, @Now, @By)
        ON CONFLICT (forge, base_url, forge_id) DO UPDATE
           SET owner = excluded.owner, name = excluded.name, default_branch = excluded.default_branch,
               web_url = coalesce(excluded.web_url, git.repository.web_url),
               clone_url = CASE WHEN git.repository.pinned
                 AND NOT excluded.pinned THEN git.repository.clone_url ELSE excluded.clone_url END,
               pinned = git.repository.pinned OR excluded.pinned
        RETURNING {RepositoryRow.Columns}
        """;
    private const string ByForgeId = $"""
        SELECT {RepositoryRow.Columns} FROM git.repository WHERE forge = 'github' AND base_url = @baseUrl AND forge_id = @forgeId
        """;

    /// <summary>The repository with the forge's number on the configured forge.</summary>
    public async Task<Repository?> FindAsync(long forgeId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<RepositoryRow>(new CommandDefinition(
            ByForgeId, new { baseUrl = BaseUrl(null), forgeId }, cancellationToken: ct));
        return row?.ToRepository();
    }

    /// <summary>Inserts it under <paramref name="id"/>, or changes the one with the same forge and numeric id.</summary>
    public async Task<Repository> SaveAsync(RepositoryId id, AddRepository repository, bool pinned, string by, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleAsync<RepositoryRow>(new CommandDefinition(
            Upsert,
            new
            {
                Id = id.Value,
                BaseUrl = BaseUrl(repository.BaseUrl),
                repository.ForgeId,
                repository.Owner,
                repository.Name,
                repository.CloneUrl,
                repository.WebUrl,
                repository.DefaultBranch,
                Pinned = pinned,
                Now = time.GetUtcNow().UtcDateTime,
                By = by,
            },
            cancellationToken: ct));
        return row.ToRepository();
    }

    /// <summary>Where the forge is, as repositories are keyed by it.</summary>
    /// <param name="given">Null: the configured forge.</param>
    public string BaseUrl(string? given) => (given ?? options.Value.GitHub.BaseUrl).TrimEnd('/').ToLowerInvariant();
}
