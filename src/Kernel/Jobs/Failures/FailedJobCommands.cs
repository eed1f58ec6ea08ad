using Dapper;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Jobs.Failures;

/// <summary>What a person can do to a job that failed.</summary>
public sealed class FailedJobCommands(NpgsqlDataSource db, Journal journal, TimeProvider time)
{
    private const string Wake = """
        UPDATE journal.open_job SET next_wake = @now WHERE id = @id AND tries > 0
        RETURNING name, object_kind || ' ' || object_id AS object, repository_id, commit_sha, build_id
        """;

    /// <summary>Tries the job again within a second. A job that was given up is tried once more for each call. Needs
    /// <see cref="Permission.Build"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public Task<RetryJobOutcome> RetryAsync(Caller caller, Guid failure, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        return Transactions.InTransactionAsync(
            async token =>
            {
                if (await WakeAsync(failure, token) is not { } job)
                    return RetryJobOutcome.Unknown;
                var subject = new JournalSubject
                {
                    Repository = job.RepositoryId is { } repository ? new RepositoryId(repository) : null,
                    Commit = job.CommitSha is { } sha ? CommitSha.Parse(sha) : null,
                    Build = job.BuildId is { } build ? new BuildId(build) : null,
                };
                await journal.AppendAsync(
                    new ActionRecorded("job.retry", $"{job.Name} of {job.Object}", null), caller.Actor, subject, token);
                return RetryJobOutcome.Started;
            },
            ct);
    }

    private async Task<Row?> WakeAsync(Guid failure, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            Wake, new { id = failure, now = time.GetUtcNow().UtcDateTime }, cancellationToken: ct));
    }

    private sealed class Row
    {
        public string Name { get; init; } = "";
        public string Object { get; init; } = "";
        public Guid? RepositoryId { get; init; }
        public string? CommitSha { get; init; }
        public Guid? BuildId { get; init; }
    }
}

/// <summary>What came of a retry.</summary>
public enum RetryJobOutcome
{
    /// <summary>The job starts within a second.</summary>
    Started,

    /// <summary>There is no such failure, or the job has succeeded since.</summary>
    Unknown,
}
