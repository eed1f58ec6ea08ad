using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>Holds releases and lifts holds: the row that people see, the signed statement that counts, the journal.</summary>
internal sealed class HoldWriter(ReleaseStore releases, ReleaseWriter writer, SignedHolds holds, Journal journal, TimeProvider time)
{
    /// <summary>What the journal entries of a release are about.</summary>
    public static JournalSubject SubjectOf(Release release) => new()
    {
        Repository = release.RepositoryId, Commit = release.CommitSha, Build = release.BuildId, Release = release.Digest,
    };

    /// <param name="reason">Null lifts the hold.</param>
    /// <returns>False when there is no such release.</returns>
    public Task<bool> ChangeAsync(Actor actor, Digest digest, string? reason, ActionRecorded action, CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                if (await releases.FindAsync(digest, token) is not { } release)
                    return false;
                var now = time.GetUtcNow();
                // A hold that was taken from the row still stands by its statement: to lift it is a decision like any other.
                if (await writer.SetHoldAsync(digest, reason, token)
                    || (reason is null && await holds.StandingAsync(digest, now, token) is { Held: true }))
                {
                    await holds.SignAsync(digest, reason is not null, reason ?? action.Message, actor, now, token);
                    await journal.AppendAsync(action, actor, SubjectOf(release), token);
                }

                return true;
            },
            ct);
}
