using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Rollout;
using Pipeline.DeployStages.Rollout.Commits;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A release was created: offers it to the first stages.</summary>
[DurableJob]
public sealed class OfferReleaseJob
{
    private readonly ReleaseQueries releases;
    private readonly ReleaseOffers offers;
    private readonly PromotionOutbox outbox;
    private readonly CommitHistory history;

    internal OfferReleaseJob(ReleaseQueries releases, ReleaseOffers offers, PromotionOutbox outbox, CommitHistory history) =>
        (this.releases, this.offers, this.outbox, this.history) = (releases, offers, outbox, history);

    /// <summary>Running it twice changes nothing.</summary>
    public async Task ExecuteAsync(string release, CancellationToken ct)
    {
        if (await releases.FindAsync(Digest.Parse(release), ct) is not { Deployables.Count: > 0 } found)
            return;
        await history.InTransactionAsync(
            async token =>
            {
                var offered = await offers.OfferToFirstAsync(found, StageActor.System, token);
                await outbox.SendAsync(offered.Entries, offered.Promotions, token);
            },
            ct);
    }
}
