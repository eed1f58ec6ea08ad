using System.Security.Cryptography;
using System.Text;
using System.Transactions;
using Dapper;
using Npgsql;
using Pipeline.Kernel.Text;

namespace Pipeline.Kernel.Jobs.Failures;

/// <summary>Writes what is not done: durable calls that wait, and jobs that failed. Called by the job server, for every job.</summary>
public sealed class OpenJobStore(NpgsqlDataSource db, TimeProvider time)
{
    /// <summary>A job that was started from its row is started again after this long, unless it succeeded or failed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private const int LongestError = 1000;

    private const string Insert = """
        INSERT INTO journal.open_job (id, key, name, invocation, object_kind, object_id, repository_id, commit_sha, build_id, created_at,
                                      tries, next_wake)
        VALUES (@id, @key, @name, @invocation, @kind, @objectId, @repository, @commit, @build, @now, 0, @wake)
        ON CONFLICT (key) DO NOTHING
        """;
    private const string Fail = """
        INSERT INTO journal.open_job AS known (id, key, name, invocation, object_kind, object_id, repository_id, commit_sha, build_id,
                                               created_at, tries, first_failed_at, last_failed_at, next_wake, error_type, error)
        VALUES (@id, @key, @name, @invocation, @kind, @objectId, @repository, @commit, @build, @now, 1, @now, @now, @wake, @type, @error)
        ON CONFLICT (key) DO UPDATE
           SET tries = known.tries + 1, first_failed_at = coalesce(known.first_failed_at, @now), last_failed_at = @now,
               next_wake = @wake, error_type = @type, error = @error, object_kind = @kind, object_id = @objectId,
               repository_id = @repository, commit_sha = @commit, build_id = @build
        RETURNING tries
        """;
    private const string Plan = "UPDATE journal.open_job SET next_wake = @wake WHERE key = @key";
    private const string GiveUp = """
        UPDATE journal.open_job
           SET tries = tries + 1, first_failed_at = coalesce(first_failed_at, @now), last_failed_at = @now, next_wake = NULL,
               error_type = @type, error = @error
         WHERE key = @key
        """;
    private const string Remove = "DELETE FROM journal.open_job WHERE key = @key";
    private const string Due = """
        UPDATE journal.open_job SET next_wake = @later
         WHERE id IN (SELECT id FROM journal.open_job WHERE next_wake <= @now ORDER BY next_wake LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING invocation
        """;
    private const string Failing = "SELECT object_id FROM journal.open_job WHERE name = @job AND tries > 0 AND object_id = ANY(@objects)";

    /// <summary>Keeps a call until it succeeded; joins the ambient transaction. A call that is kept already stays as it is.</summary>
    public void Keep(JobCall call)
    {
        var now = time.GetUtcNow();
        using var connection = db.OpenConnection();
        connection.Execute(Insert, Values(call, now, now + Lease));
    }

    /// <summary>Writes that a call failed, in a transaction of its own: nothing that is rolled back takes it along.</summary>
    /// <returns>When it is tried again; null when it is given up.</returns>
    public DateTimeOffset? Failed(JobCall call, string errorType, string error)
    {
        using var alone = new TransactionScope(
            TransactionScopeOption.RequiresNew, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted });
        var now = time.GetUtcNow();
        var values = Values(call, now, now + Lease);
        values.Add("type", ByteText.Cut(ByteText.Storable(errorType), LongestError));
        values.Add("error", ByteText.Cut(ByteText.Storable(error), LongestError));
        using var connection = db.OpenConnection();
        var tries = connection.ExecuteScalar<int>(Fail, values);
        var next = now + RetryDelays.After(tries);
        connection.Execute(Plan, new { wake = next?.UtcDateTime, key = KeyOf(call.Invocation) });
        alone.Complete();
        return next;
    }

    /// <summary>A call succeeded: nothing of it is left to do.</summary>
    public void Succeeded(string invocation)
    {
        using var alone = new TransactionScope(TransactionScopeOption.Suppress);
        using var connection = db.OpenConnection();
        connection.Execute(Remove, new { key = KeyOf(invocation) });
        alone.Complete();
    }

    /// <summary>A call that cannot be made, because this server does not have its job: given up, until a person retries it on one that
    /// has. Joins the ambient transaction.</summary>
    public void Unreadable(string invocation, string error)
    {
        using var connection = db.OpenConnection();
        connection.Execute(GiveUp, new
        {
            key = KeyOf(invocation),
            now = time.GetUtcNow().UtcDateTime,
            type = "JobLoadException",
            error = ByteText.Cut(ByteText.Storable(error), LongestError),
        });
    }

    /// <summary>Takes the calls whose time has come, and pushes their next wake out, so that a lost job is started again.</summary>
    /// <returns>Their invocations, at most 100.</returns>
    public async Task<IReadOnlyList<string>> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            Due, new { now = now.UtcDateTime, later = (now + Lease).UtcDateTime }, cancellationToken: ct))];
    }

    /// <summary>The objects for which the job is not failing. A sweep starts no other job for one that is: its failure's own next try is
    /// when it comes again, or a person.</summary>
    /// <param name="job">The name of the job's class.</param>
    /// <param name="objects">As <see cref="JobObject.Id"/> names them.</param>
    public async Task<IReadOnlyList<Guid>> WithoutFailingAsync(string job, IReadOnlyList<Guid> objects, CancellationToken ct)
    {
        if (objects.Count == 0)
            return objects;
        await using var connection = await db.OpenConnectionAsync(ct);
        var failing = (await connection.QueryAsync<string>(new CommandDefinition(
            Failing, new { job, objects = objects.Select(o => o.ToString()).ToArray() }, cancellationToken: ct))).ToHashSet();
        return [.. objects.Where(o => !failing.Contains(o.ToString()))];
    }

    private static DynamicParameters Values(JobCall call, DateTimeOffset now, DateTimeOffset wake) => new(new
    {
        id = Guid.CreateVersion7(now),
        key = KeyOf(call.Invocation),
        name = call.Name,
        invocation = ByteText.Storable(call.Invocation),
        kind = call.Object.Kind,
        objectId = ByteText.Cut(ByteText.Storable(call.Object.Id), LongestError),
        repository = call.Object.Repository?.Value,
        commit = call.Object.Commit?.ToString(),
        build = call.Object.Build?.Value,
        now = now.UtcDateTime,
        wake = wake.UtcDateTime,
    });

    // Arguments may be longer than an index takes.
    private static byte[] KeyOf(string invocation) => SHA256.HashData(Encoding.UTF8.GetBytes(invocation));
}
