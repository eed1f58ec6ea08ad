using System.Text;
using Dapper;
using Npgsql;

namespace Pipeline.Kernel.Events;

/// <summary>Reads the journal: by subject for timelines, by id for event streams.</summary>
public sealed class JournalReader(NpgsqlDataSource db, EventKinds kinds)
{
    private const string Columns = """
        SELECT id, at, kind, actor_kind, actor_name, repository_id, commit_sha, build_id, release, promotion_id,
               stage, deployable, cluster, task_id, payload::text AS payload
          FROM journal.event
        """;

    /// <summary>Entries after <paramref name="id"/> in commit order, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<JournalEntry>> AfterAsync(long id, int limit, CancellationToken ct) =>
        await ReadAsync($"{Columns} WHERE id > @id ORDER BY id LIMIT @limit", new { id, limit }, ct);

    /// <summary>Entries in the closed range of ids.</summary>
    public async Task<IReadOnlyList<JournalEntry>> RangeAsync(long from, long to, CancellationToken ct) =>
        await ReadAsync($"{Columns} WHERE id BETWEEN @from AND @to ORDER BY id", new { from, to }, ct);

    /// <summary>The newest entries that match every field set in <paramref name="subject"/>, newest first.</summary>
    /// <param name="before">Only entries with a smaller id; null for the newest.</param>
    public async Task<IReadOnlyList<JournalEntry>> AboutAsync(JournalSubject subject, long? before, int limit, CancellationToken ct)
    {
        var where = new StringBuilder("true");
        void Match(object? value, string column)
        {
            if (value is not null)
                where.Append(" AND ").Append(column).Append(" = @").Append(column);
        }

        Match(subject.Repository, "repository_id");
        Match(subject.Commit, "commit_sha");
        Match(subject.Build, "build_id");
        Match(subject.Release, "release");
        Match(subject.Promotion, "promotion_id");
        Match(subject.Stage, "stage");
        Match(subject.Deployable, "deployable");
        Match(subject.Cluster, "cluster");
        Match(subject.TaskId, "task_id");
        var arguments = new
        {
            before,
            limit,
            repository_id = subject.Repository?.Value,
            commit_sha = subject.Commit?.ToString(),
            build_id = subject.Build?.Value,
            release = subject.Release?.ToString(),
            promotion_id = subject.Promotion?.Value,
            stage = subject.Stage,
            deployable = subject.Deployable,
            cluster = subject.Cluster,
            task_id = subject.TaskId,
        };
        return await ReadAsync(
            $"{Columns} WHERE {where} AND (@before::bigint IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit", arguments, ct);
    }

    /// <summary>The id of the newest entry; 0 when there is none.</summary>
    public async Task<long> LastIdAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT coalesce(max(id), 0) FROM journal.event", cancellationToken: ct));
    }

    private async Task<IReadOnlyList<JournalEntry>> ReadAsync(string sql, object arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, arguments, cancellationToken: ct));
        return [.. rows.Select(r => r.ToEntry(kinds))];
    }

    private sealed class Row
    {
        public long Id { get; init; }
        public DateTime At { get; init; }
        public string Kind { get; init; } = "";
        public string Actor_Kind { get; init; } = "";
        public string Actor_Name { get; init; } = "";
        public Guid? Repository_Id { get; init; }
        public string? Commit_Sha { get; init; }
        public Guid? Build_Id { get; init; }
        public string? Release { get; init; }
        public Guid? Promotion_Id { get; init; }
        public string? Stage { get; init; }
        public string? Deployable { get; init; }
        public string? Cluster { get; init; }
        public string? Task_Id { get; init; }
        public string Payload { get; init; } = "";

        public JournalEntry ToEntry(EventKinds kinds) => new(
            Id,
            new DateTimeOffset(DateTime.SpecifyKind(At, DateTimeKind.Utc)),
            Kind,
            new Actor(Enum.Parse<ActorKind>(Actor_Kind), Actor_Name),
            new JournalSubject
            {
                Repository = Repository_Id is { } repository ? new RepositoryId(repository) : null,
                Commit = Commit_Sha is { } sha ? CommitSha.Parse(sha) : null,
                Build = Build_Id is { } build ? new BuildId(build) : null,
                Release = Release is { } release ? Digest.Parse(release) : null,
                Promotion = Promotion_Id is { } promotion ? new PromotionId(promotion) : null,
                Stage = Stage,
                Deployable = Deployable,
                Cluster = Cluster,
                TaskId = Task_Id,
            },
            kinds.Read(Kind, Payload));
    }
}
