using Dapper;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Data;

/// <summary>The outbox of commit statuses: one row a (repository, commit, context), the newest report wins.</summary>
internal sealed class StatusStore(NpgsqlDataSource db)
{
    /// <summary>How long a sender that died holds a row before the sweep gives it to another.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private const string Columns = """
        id, repository_id, sha, context, state, description, target_url, version, result, reason, attempts, reported_at
        """;
    private const string Report = """
        INSERT INTO git.status AS s (id, repository_id, sha, context, state, description, target_url, version, result, attempts,
               next_wake, reported_at)
        VALUES (@id, @repository, @sha, @context, @state, @description, @targetUrl, 1, 'waiting', 0, @wake, @now)
        ON CONFLICT (repository_id, sha, context) DO UPDATE
           SET state = excluded.state, description = excluded.description, target_url = excluded.target_url, version = s.version + 1,
               result = 'waiting', reason = NULL, attempts = 0, next_wake = excluded.next_wake, reported_at = excluded.reported_at
         WHERE (s.state, s.description, s.target_url) IS DISTINCT FROM (excluded.state, excluded.description, excluded.target_url)
        RETURNING id
        """;
    private const string Read = $"SELECT {Columns} FROM git.status WHERE id = @id";
    private const string Settle = """
        UPDATE git.status SET result = @result, reason = @reason, attempts = @attempts, next_wake = @wake
         WHERE id = @id AND version = @version AND result = 'waiting'
        """;
    private const string OfCommit =
        $"SELECT {Columns} FROM git.status WHERE repository_id = @repository AND sha = @sha ORDER BY context LIMIT 200";
    private const string Due = """
        UPDATE git.status SET next_wake = @later
         WHERE id IN (SELECT id FROM git.status WHERE next_wake <= @now ORDER BY next_wake LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING id
        """;

    /// <summary>What was reported for a commit, by context.</summary>
    public async Task<IReadOnlyList<CommitStatus>> ListAsync(RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            OfCommit, new { repository = repository.Value, sha = sha.ToString() }, cancellationToken: ct));
        return [.. rows.Select(r => r.ToStatus())];
    }

    /// <returns>Null when the same was reported already.</returns>
    public async Task<Guid?> ReportAsync(NewCommitStatus status, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            Report,
            new
            {
                id = Guid.CreateVersion7(now),
                repository = status.Repository.Value,
                sha = status.Sha.ToString(),
                context = status.Context,
                state = Name(status.State),
                description = status.Description,
                targetUrl = status.TargetPath,
                now = now.UtcDateTime,
                wake = (now + Lease).UtcDateTime,
            },
            cancellationToken: ct));
    }

    public async Task<CommitStatus?> GetAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Read, new { id }, cancellationToken: ct));
        return row?.ToStatus();
    }

    /// <returns>False when a newer report came meanwhile.</returns>
    public async Task<bool> SettleAsync(CommitStatus status, string result, string? reason, DateTimeOffset? wake, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            Settle,
            new { status.Id, status.Version, result, reason, attempts = status.Attempts + 1, wake = wake?.UtcDateTime },
            cancellationToken: ct)) == 1;
    }

    public async Task<IReadOnlyList<Guid>> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            Due, new { now = now.UtcDateTime, later = (now + Lease).UtcDateTime }, cancellationToken: ct))];
    }

    public static string Name(CommitState state) => state switch
    {
        CommitState.Pending => "pending",
        CommitState.Success => "success",
        CommitState.Failure => "failure",
        CommitState.Error => "error",
    };

    private sealed class Row
    {
        public Guid Id { get; init; }
        public Guid RepositoryId { get; init; }
        public string Sha { get; init; } = "";
        public string Context { get; init; } = "";
        public string State { get; init; } = "";
        public string Description { get; init; } = "";
        public string TargetUrl { get; init; } = "";
        public int Version { get; init; }
        public string Result { get; init; } = "";
        public string? Reason { get; init; }
        public int Attempts { get; init; }
        public DateTime ReportedAt { get; init; }

        public CommitStatus ToStatus() => new(
            Id, RepositoryId, Sha, Context, Enum.Parse<CommitState>(State, ignoreCase: true), Description, TargetUrl, Version,
            Result, Reason, Attempts, Rows.Utc(ReportedAt));
    }
}
