using Microsoft.Extensions.Logging;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A digest or signature of the release did not match: it is held everywhere, and what moves with it turns back.</summary>
public sealed class HoldReleaseJob(
    ReleaseCommands releases, StageStores stores, Progress progress, Transitions transitions, TimeProvider time,
    ILogger<HoldReleaseJob> log)
{
    public async Task ExecuteAsync(string release, string code, string detail, CancellationToken ct)
    {
        var digest = Digest.Parse(release);
        if (!await releases.HoldAsync(Caller.System("stages"), digest, $"{code}: {detail}", ct))
            return;
        Log.ReleaseHeld(log, digest, code, detail);
        foreach (var promotion in await stores.Promotions.OfReleaseAsync(digest, ct))
        {
            if (promotion.IsRunning)
                await TurnBackAsync(promotion, code, detail, ct);
            else if (promotion.Phase == PromotionPhase.Waiting)
                await progress.AdvanceAsync(promotion.Id, time.GetUtcNow(), ct);
        }
    }

    private Task TurnBackAsync(Promotion promotion, string code, string detail, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            await stores.Slots.LockAsync(promotion.Stage, promotion.Repository, token);
            var p = await stores.Promotions.FindAsync(promotion.Id, token);
            Invariant.Require(p is not null);
            await transitions.ApplyAsync(
                p, progress.PolicyOf(p), new SecurityAlarmed(time.GetUtcNow(), code, detail), Actor.System("stages"), token);
        },
        ct);
}
