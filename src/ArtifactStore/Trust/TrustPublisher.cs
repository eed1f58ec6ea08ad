using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>
/// Keeps the trust policy in its file and in <c>artifact.trust</c>, the newer in place of the older, and journals every change. It signs
/// nothing: that takes the root key, which only the first start and the commands <c>keys …</c> read.
/// </summary>
internal sealed class TrustPublisher(
    NpgsqlDataSource db, TrustFiles files, KeyRing keys, Journal journal, TimeProvider time, ILogger<TrustPublisher> logger)
    : BackgroundService
{
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Warning = TimeSpan.FromDays(60);
    private bool warned;

    /// <summary>Refuses the start when the signing keys are not those of the policy, or there is no policy.</summary>
    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(cancellationToken);
        _ = keys.Builder;
        _ = keys.Promoter;
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Brings file and table to the newest policy that the root of this server signed.</summary>
    public async Task<TrustPolicy> PublishAsync(CancellationToken ct)
    {
        var inFile = files.Newest;
        var (rows, stored) = await StoredAsync(ct);
        var newest = stored is null || inFile?.Policy.Version > stored.Policy.Version ? inFile : stored;
        if (newest is null)
            return files.Current; // says what is missing
        if (files.Publish(newest))
            logger.TrustPublished(newest.Policy.Version);
        if (newest != stored && !rows.Contains(newest.Document))
            await RecordAsync(stored?.Policy, newest, ct);
        Warn(newest.Policy);
        return newest.Policy;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Recheck, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryAsync(stoppingToken);
    }

    private async Task TryAsync(CancellationToken ct)
    {
        try
        {
            await PublishAsync(ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NpgsqlException)
        {
            logger.TrustNotPublished(e.Message, Recheck.TotalSeconds);
        }
    }

    private void Warn(TrustPolicy policy)
    {
        var left = policy.Expires - time.GetUtcNow();
        if (left < Warning && !warned)
            logger.TrustEnds(policy.Version, policy.Expires);
        warned = left < Warning;
    }

    // A row that another root signed, or nobody, is no policy of this server: whoever can write rows cannot change what is trusted.
    private async Task<(IReadOnlyList<string> Rows, SignedPolicy? Newest)> StoredAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT document FROM artifact.trust ORDER BY version DESC LIMIT 100", cancellationToken: ct))).ToList();
        return (rows, rows.Select(files.Read).OfType<SignedPolicy>().MaxBy(p => p.Policy.Version));
    }

    private Task RecordAsync(TrustPolicy? before, SignedPolicy newest, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            await using (var connection = await db.OpenConnectionAsync(token))
            {
                var version = newest.Policy.Version;
                if (await connection.ExecuteAsync(new CommandDefinition(
                    """
                    INSERT INTO artifact.trust (version, published_at, document) VALUES (@version, @at, @Document)
                    ON CONFLICT (version) DO UPDATE SET document = excluded.document, published_at = excluded.published_at
                     WHERE artifact.trust.document <> excluded.document
                    """,
                    new { version, at = time.GetUtcNow().UtcDateTime, newest.Document }, cancellationToken: token)) == 0)
                    return false;
            }

            await journal.AppendAsync(
                new ActionRecorded("trust.changed", $"trust policy version {newest.Policy.Version}",
                    TrustChange.Describe(before, newest.Policy)),
                Actor.System("trust"), JournalSubject.None, token);
            return true;
        },
        ct);
}
