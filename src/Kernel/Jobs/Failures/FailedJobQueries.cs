using Dapper;
using Npgsql;
using Pipeline.Kernel.Paging;

namespace Pipeline.Kernel.Jobs.Failures;

/// <summary>Reads the jobs that failed unexpectedly.</summary>
public sealed class FailedJobQueries(NpgsqlDataSource db)
{
    private const string Columns = """
        SELECT id, name, object_kind, object_id, repository_id, commit_sha, build_id, tries, first_failed_at, last_failed_at, next_wake,
               error_type, error
          FROM journal.open_job
         WHERE tries > 0
        """;
    private const string About = """
           AND (@all OR (object_kind = @kind AND object_id = @objectId) OR (repository_id = @repository AND commit_sha = @commit)
                OR build_id = @build)
        """;
    private const string Older = "AND (@at::timestamptz IS NULL OR (last_failed_at, id) < (@at::timestamptz, @id::uuid))";

    /// <summary>The newest failure first.</summary>
    public async Task<Page<FailedJob>> ListAsync(FailureSubject subject, Cursor? after, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            $"{Columns} {About} {Older} ORDER BY last_failed_at DESC, id DESC LIMIT @limit",
            new
            {
                all = subject == new FailureSubject(),
                kind = subject.Kind,
                objectId = subject.Id,
                repository = subject.Repository?.Value,
                commit = subject.Commit?.ToString(),
                build = subject.Build?.Value,
                at = after?.At.UtcDateTime,
                id = after?.Id,
                limit = limit + 1,
            },
            cancellationToken: ct))).Select(r => r.ToFailure()).ToList();
        var shown = rows.Take(limit).ToList();
        return new Page<FailedJob>(shown, rows.Count > limit ? new Cursor(shown[^1].LastFailedAt, shown[^1].Id).ToString() : null);
    }

    /// <returns>Null when there is no such failure, or the job has succeeded since.</returns>
    public async Task<FailedJob?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"{Columns} AND id = @id", new { id }, cancellationToken: ct)))?.ToFailure();
    }

    /// <summary>How many there are.</summary>
    public async Task<int> CountAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "SELECT count(*) FROM journal.open_job WHERE tries > 0", cancellationToken: ct));
    }

    private sealed class Row
    {
        public Guid Id { get; init; }
        public string Name { get; init; } = "";
        public string ObjectKind { get; init; } = "";
        public string ObjectId { get; init; } = "";
        public Guid? RepositoryId { get; init; }
        public string? CommitSha { get; init; }
        public Guid? BuildId { get; init; }
        public int Tries { get; init; }
        public DateTime FirstFailedAt { get; init; }
        public DateTime LastFailedAt { get; init; }
        public DateTime? NextWake { get; init; }
        public string ErrorType { get; init; } = "";
        public string Error { get; init; } = "";

        public FailedJob ToFailure() => new(
            Id,
            Name,
            new JobObject(ObjectKind, ObjectId)
            {
                Repository = RepositoryId is { } repository ? new RepositoryId(repository) : null,
                Commit = CommitSha is { } sha ? Kernel.CommitSha.Parse(sha) : null,
                Build = BuildId is { } build ? new BuildId(build) : null,
            },
            Tries, Utc(FirstFailedAt), Utc(LastFailedAt), NextWake is { } wake ? Utc(wake) : null, ErrorType, Error);

        private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
    }
}
