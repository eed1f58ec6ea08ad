using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A release was made: puts it in line for the first stages. Twice changes nothing.</summary>
public sealed class OfferReleaseJob(ReleaseQueries releases, Offers offers, JobsAndJournal outbox)
{
    public async Task ExecuteAsync(string release, CancellationToken ct)
    {
        if (await releases.FindAsync(Digest.Parse(release), ct) is not { Deployables.Count: > 0 } found)
            return;
        await Transactions.InTransactionAsync(
            async token =>
            {
                var offered = await offers.OfferAsync(found, null, Actor.System("stages"), token);
                await outbox.SendAsync(offered.Entries, offered.Promotions, token);
            },
            ct);
    }
}
