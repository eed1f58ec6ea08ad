using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.ArtifactStore.Data;
using Pipeline.Attestation;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>
/// Writes the signed <c>trust.json</c> and the root's public key for agents, at start and again when half of its life is over.
/// The version never decreases: it is above every row of <c>artifact.trust</c> and above the file that is there.
/// </summary>
internal sealed class TrustPublisher(
    NpgsqlDataSource db, KeyRing keys, IOptions<ArtifactStoreOptions> options, TimeProvider time,
    ILogger<TrustPublisher> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Recheck = TimeSpan.FromHours(1);
    private readonly string path = Path.GetFullPath(options.Value.TrustPath);
    private volatile TrustPolicy? current;

    /// <summary>What this control plane believes now. Its own keys count before the first publication too.</summary>
    public TrustPolicy Current => current ?? Policy(0, time.GetUtcNow());

    /// <summary>Publishes when the keys changed, the file is missing or older than what was published, or half the life is over.</summary>
    public async Task<TrustPolicy> PublishAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var (lastVersion, lastDocument) = await LastAsync(ct);
        var inFile = ReadFile();
        var last = lastDocument is null ? null : TrustPolicy.Read(lastDocument, keys.Root.PublicKeyPem, now, 0).Policy;
        if (last is null || !SameKeys(last, Policy(0, now)) || last.Expires - now < TimeSpan.FromDays(options.Value.TrustDays) / 2
            || inFile?.Version > last.Version)
        {
            last = Policy(Math.Max(lastVersion, inFile?.Version ?? 0) + 1, now);
            lastDocument = TrustPolicy.Sign(last, keys.Root);
            await SaveAsync(last.Version, lastDocument, now, ct);
        }

        if (inFile?.Version != last.Version || !File.Exists(RootPath) || File.ReadAllText(RootPath) != RootText)
        {
            DurableFile.Replace(RootPath, RootText, Readable);
            DurableFile.Replace(path, lastDocument!, Readable);
            logger.TrustPublished(last.Version, path);
        }

        current = last;
        return last;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Recheck;
            try
            {
                await PublishAsync(stoppingToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NpgsqlException)
            {
                logger.TrustNotPublished(path, Retry.TotalSeconds, e);
                pause = Retry;
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private TrustPolicy Policy(long version, DateTimeOffset now) => new(
        version,
        now.AddDays(options.Value.TrustDays),
        [Trusted(keys.Builder, KeyRole.Builder), Trusted(keys.Promoter, KeyRole.Promoter, KeyRole.Approver)],
        []);

    private static TrustedKey Trusted(SigningKey key, params KeyRole[] roles) => new(
        key.Id, Convert.ToBase64String(key.PublicKey), SignatureFormat.P1363, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, roles);

    private static bool SameKeys(TrustPolicy one, TrustPolicy other) => RolesOfKeys(one).SequenceEqual(RolesOfKeys(other));

    private static IEnumerable<(string, KeyRole)> RolesOfKeys(TrustPolicy policy) =>
        policy.Keys.SelectMany(k => k.Roles.Select(role => (k.Id, role))).Order();

    private string RootPath => Path.Combine(Path.GetDirectoryName(path)!, "root.pub");

    private string RootText => keys.Root.PublicKeyPem + "\n";

    // Expired or not: agents have seen its version.
    private TrustPolicy? ReadFile() =>
        File.Exists(path) ? TrustPolicy.Read(File.ReadAllText(path), keys.Root.PublicKeyPem, DateTimeOffset.MinValue, 0).Policy : null;

    private async Task<(long Version, string? Document)> LastAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.QueryFirstOrDefaultAsync<(long, string?)>(new CommandDefinition(
            "SELECT version, document FROM artifact.trust ORDER BY version DESC LIMIT 1", cancellationToken: ct));
    }

    private async Task SaveAsync(long version, string document, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO artifact.trust (version, published_at, document) VALUES (@version, @at, @document)",
            new { version, at = now.UtcDateTime, document }, cancellationToken: ct));
    }
}
