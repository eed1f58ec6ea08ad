using Pipeline.Kernel.Events;
using Pipeline.Ui.Queries.Repositories;

namespace Pipeline.Ui.Queries.Timelines;

/// <summary>TimelineQueries: the journal by subject, in sentences with addresses.</summary>
internal sealed class TimelineQueries(JournalReader journal, RepositoryPageQueries repositories, UiDb db)
{
    /// <summary>Newest first.</summary>
    /// <param name="before">The smallest id shown so far; null for the newest.</param>
    public async Task<IReadOnlyList<TimelineRow>> AboutAsync(JournalSubject subject, long? before, int limit, CancellationToken ct)
    {
        var entries = await journal.AboutAsync(subject, before, limit, ct);
        var names = await repositories.NamesAsync(entries.Where(e => e.Subject.Repository is not null).Select(e =>
            e.Subject.Repository!.Value.Value), ct);
        return [.. entries.Select(e => Row(e, names))];
    }

    /// <summary>Signature mismatches and refused replays of a commit, newest first.</summary>
    public async Task<IReadOnlyList<SecurityRow>> SecurityAsync(string? sha, string? release, CancellationToken ct) =>
        await db.ListAsync<SecurityRow>(
        """
        SELECT id, at, payload->>'code' AS code, payload->>'detail' AS detail, payload->>'artifact' AS artifact,
          payload->>'cluster' AS cluster,
               payload->>'taskId' AS taskid
          FROM journal.event
         WHERE kind = 'security.raised' AND (commit_sha = @sha OR release = @release) ORDER BY id DESC LIMIT 20
        """,
        new { sha, release },
        ct);

    private static TimelineRow Row(JournalEntry entry, IReadOnlyDictionary<Guid, string> names)
    {
        var repository = entry.Subject.Repository is { } id ? names.GetValueOrDefault(id.Value) : null;
        var sentence = EventSentences.Of(entry, repository);
        return new TimelineRow(
            entry.Id, entry.At, entry.Kind, entry.Actor.ToString(), sentence.Text, sentence.Href, sentence.State,
            entry.Subject.Commit?.ToString(), repository);
    }
}
