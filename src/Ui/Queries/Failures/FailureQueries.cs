using Pipeline.Kernel.Jobs.Failures;
using Pipeline.Kernel.Paging;

namespace Pipeline.Ui.Queries.Failures;

/// <summary>Jobs that failed unexpectedly: for their own page, for the pages of their objects, for the count in the navigation.</summary>
internal sealed class FailureQueries(UiDb db)
{
    private const string Lines = """
        SELECT f.id, f.name AS job, f.object_kind AS kind, f.object_id AS objectid, r.owner || '/' || r.name AS repository,
               f.commit_sha AS sha, b.number AS buildnumber, f.tries, f.last_failed_at AS lastfailedat, f.next_wake AS nexttryat, f.error
          FROM journal.open_job f
          LEFT JOIN git.repository r ON r.id = f.repository_id
          LEFT JOIN build.build b ON b.id = f.build_id
         WHERE f.tries > 0
        """;

    /// <summary>The newest failure first.</summary>
    public Task<IReadOnlyList<FailureLine>> AllAsync(Cursor? after, int limit, CancellationToken ct) => db.ListAsync<FailureLine>(
        $"""
        {Lines} AND (@at::timestamptz IS NULL OR (f.last_failed_at, f.id) < (@at, @id))
         ORDER BY f.last_failed_at DESC, f.id DESC LIMIT @limit
        """,
        new { at = after?.At.UtcDateTime, id = after?.Id ?? Guid.Empty, limit }, ct);

    /// <summary>Those that stand on the page of one object, the newest first, at most 20.</summary>
    public Task<IReadOnlyList<FailureLine>> OfAsync(FailureSubject subject, CancellationToken ct) => db.ListAsync<FailureLine>(
        $"""
        {Lines} AND ((f.object_kind = @kind AND f.object_id = @objectId) OR (f.repository_id = @repository AND f.commit_sha = @commit)
                     OR f.build_id = @build)
         ORDER BY f.last_failed_at DESC, f.id DESC LIMIT 20
        """,
        new
        {
            kind = subject.Kind,
            objectId = subject.Id,
            repository = subject.Repository?.Value,
            commit = subject.Commit?.ToString(),
            build = subject.Build?.Value,
        },
        ct);

    /// <summary>How many there are.</summary>
    public async Task<int> CountAsync(CancellationToken ct) =>
        (await db.FindAsync<Counted>("SELECT count(*) AS count FROM journal.open_job WHERE tries > 0", null, ct))!.Count;

    private sealed record Counted(int Count);
}
