using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.Kernel.Jobs;

namespace Pipeline.DeployStages.Jobs;

/// <summary>Finds deploys whose promotion statement must be made anew, and renews a few at a time.</summary>
internal sealed class StatementSweep(
    DeployStore deploys, DeploySubmissions submissions, SlotLock slots, StatementRenewal renewal, TimeProvider time,
    ILogger<StatementSweep> log) : Sweeper(time)
{
    private const int Most = 100;
    private const int AtOnce = 5;
    private readonly ConcurrentDictionary<string, bool> hopeless = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        var outdated = await deploys.OutdatedAsync(submissions.User, now - StatementRenewal.Age, Most, ct);
        var due = outdated.Where(d => !hopeless.ContainsKey(Key(d))).Take(AtOnce).ToList();
        foreach (var deploy in due)
        {
            if (!await slots.WithPromotionAsync(deploy.Promotion, (p, _, token) => renewal.RenewAsync(deploy, p, now, token), ct))
                hopeless[Key(deploy)] = true;
        }

        return due.Count;
    }

    /// <inheritdoc/>
    protected override void Failed(Exception failure) => Log.RenewalFailed(log, failure);

    private static string Key(PromotionDeploy deploy) => $"{deploy.Cluster}/{deploy.DeployId}";
}
