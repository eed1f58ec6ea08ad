using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.ArtifactStore.Data;

/// <summary>
/// Releases whose stored document is not the one of their digest any more. Whoever reads one reports it here; the security event is
/// appended apart from the reader's transaction, which may be rolled back.
/// </summary>
internal sealed class AlteredReleases(Journal journal, TimeProvider time, ILogger<AlteredReleases> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Channel<Release> found = Channel.CreateUnbounded<Release>();
    private readonly ConcurrentDictionary<Digest, bool> reported = new();

    /// <summary>The words that people see; they begin with the code.</summary>
    public static string Words(Digest digest) =>
        $"{VerificationCode.ReleaseAltered}: The stored document of release {digest} does not have that digest: it was changed"
        + " from outside. Build the commit again.";

    /// <summary>Reports it once in the life of the process, unless its row says so already.</summary>
    public void Report(Release altered, string? heldReason)
    {
        if (heldReason?.StartsWith(VerificationCode.ReleaseAltered, StringComparison.Ordinal) != true
            && reported.TryAdd(altered.Digest, true))
            found.Writer.TryWrite(altered);
    }

    /// <summary>Appends the events of what was reported.</summary>
    public async Task RaiseAsync(CancellationToken ct)
    {
        while (found.Reader.TryPeek(out var altered))
        {
            var detail = Words(altered.Digest)[(VerificationCode.ReleaseAltered.Length + 2)..];
            await journal.AppendAsync(
                new SecurityEventRaised(null, altered.Digest, null, null, VerificationCode.ReleaseAltered, detail),
                Actor.System("artifacts"),
                new JournalSubject
                {
                    Repository = altered.RepositoryId, Commit = altered.CommitSha, Build = altered.BuildId, Release = altered.Digest,
                },
                ct);
            _ = found.Reader.TryRead(out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await found.Reader.WaitToReadAsync(stoppingToken))
        {
            try
            {
                await RaiseAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.AlterationNotRecorded(Pause.TotalSeconds, e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }
}
