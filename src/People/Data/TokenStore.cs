using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.People.Contract.Views;
using Pipeline.People.Core;

namespace Pipeline.People.Data;

/// <summary>A token's row as it is inserted.</summary>
internal sealed record TokenRow(
    string Login, string Kind, IReadOnlyList<string> Permissions, IReadOnlyList<string> Groups, IReadOnlyList<string> Emails,
    DateTimeOffset? ExpiresAt);

/// <summary>Access tokens: only the SHA-256 of a token's text is kept.</summary>
internal sealed class TokenStore(NpgsqlDataSource db, TimeProvider time)
{
    private const string Columns = "id, login, kind, permissions, groups, emails, created_at, created_by, expires_at, revoked_at";

    private const string Valid = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)";

    private const string Insert = """
        INSERT INTO identity.token (id, login, kind, hash, permissions, groups, emails, created_at, created_by, expires_at)
        VALUES (@Id, @Login, @Kind, @Hash, @Permissions, @Groups, @Emails, @CreatedAt, @CreatedBy, @ExpiresAt)
        """;

    /// <returns>The token's row and its text, which is shown this once.</returns>
    public async Task<(Guid Id, string Text)> CreateAsync(TokenRow wanted, Actor by, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var text = TokenText.Create();
        var id = Guid.CreateVersion7(now);
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                Id = id,
                wanted.Login,
                wanted.Kind,
                Hash = TokenText.Hash(text),
                Permissions = wanted.Permissions.ToArray(),
                Groups = wanted.Groups.ToArray(),
                Emails = wanted.Emails.ToArray(),
                CreatedAt = now.UtcDateTime,
                CreatedBy = by.ToString(),
                ExpiresAt = wanted.ExpiresAt?.UtcDateTime,
            },
            cancellationToken: ct));
        return (id, text);
    }

    /// <returns>Null when the token is unknown, expired or revoked.</returns>
    public async Task<AccessToken?> FindValidAsync(string text, CancellationToken ct)
    {
        if (!TokenText.IsWellFormed(text))
            return null;
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM identity.token WHERE hash = @hash AND {Valid}",
            new { hash = TokenText.Hash(text), now = time.GetUtcNow().UtcDateTime },
            cancellationToken: ct));
        return row?.ToToken();
    }

    /// <summary>The token behind a session; null when it is unknown, expired or revoked.</summary>
    public async Task<AccessToken?> FindValidAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM identity.token WHERE id = @id AND {Valid}", new { id, now = time.GetUtcNow().UtcDateTime },
            cancellationToken: ct));
        return row?.ToToken();
    }

    public async Task<IReadOnlyList<AccessToken>> ListAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM identity.token ORDER BY created_at DESC LIMIT 200", cancellationToken: ct));
        return [.. rows.Select(r => r.ToToken())];
    }

    public async Task<bool> AnyAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT 1 FROM identity.token)", cancellationToken: ct));
    }

    public async Task<bool> RevokeAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE identity.token SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL",
            new { id, now = time.GetUtcNow().UtcDateTime },
            cancellationToken: ct)) == 1;
    }

    private sealed class Row
    {
        public Guid Id { get; init; }
        public string Login { get; init; } = "";
        public string Kind { get; init; } = "";
        public string[] Permissions { get; init; } = [];
        public string[] Groups { get; init; } = [];
        public string[] Emails { get; init; } = [];
        public DateTime CreatedAt { get; init; }
        public string CreatedBy { get; init; } = "";
        public DateTime? ExpiresAt { get; init; }
        public DateTime? RevokedAt { get; init; }

        public AccessToken ToToken() => new(Id, Login, Kind, Permissions, Groups, Emails, CreatedAt, CreatedBy, ExpiresAt, RevokedAt);
    }
}
