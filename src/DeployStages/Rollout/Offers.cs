using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>What offering came to: entries for the journal and promotions to advance, both after the rows.</summary>
public sealed record Offered(IReadOnlyList<NewJournalEntry> Entries, IReadOnlyList<PromotionId> Promotions)
{
    public static readonly Offered Nothing = new([], []);
}

/// <summary>Puts releases in line for a stage; a newer one takes the place of older ones that wait, never of one that runs. Joins the
/// ambient transaction.</summary>
public sealed class Offers(StageStores stores, PolicyInForce policy, BranchRule branches, ReleaseOrder order, TimeProvider time)
{
    private const string TookPlace = "A newer release took its place.";

    /// <summary>To the first stages, when <paramref name="after"/> is null, or to those that follow it.</summary>
    public async Task<Offered> OfferAsync(Release release, string? after, Actor actor, CancellationToken ct)
    {
        var stages = after is null ? policy.Current.First : policy.Current.Following(after);
        var entries = new List<NewJournalEntry>();
        var made = new List<PromotionId>();
        foreach (var stage in stages.Where(s => s.Promote == PromoteMode.Automatic))
        {
            if (!await branches.OffersAsync(stage, release.RepositoryId, release.CommitSha, ct))
                continue;
            var offered = await OfferToAsync(release, stage, automatic: true, actor, ct);
            entries.AddRange(offered.Entries);
            made.AddRange(offered.Promotions);
        }

        return new Offered(entries, made);
    }

    /// <returns>Nothing when the release waits or runs there already, or was offered before, or a newer one is there.</returns>
    public async Task<Offered> OfferToAsync(Release release, StagePolicy stage, bool automatic, Actor actor, CancellationToken ct)
    {
        var slot = await stores.Slots.LockAsync(stage.Name, release.RepositoryId, ct);
        var now = time.GetUtcNow();
        var waiting = await stores.Promotions.WaitingAsync(stage.Name, release.RepositoryId, ct);
        var p = new Promotion(
            PromotionId.New(now), 0, release.RepositoryId, stage.Name, stage.Cluster, release.Digest, release.Number, release.CommitSha,
            release.BuildId, automatic, actor.ToString(), now);
        if (await stores.Promotions.InsertAsync(p, ct) is null)
            return Offered.Nothing;
        var entries = new List<NewJournalEntry> { new(new PromotionCreated(p.Id, p.Release, p.Stage), actor, p.Subject) };
        if (automatic && await order.ContainedInAsync(release, slot, ct) is { } there)
        {
            entries.Add(await SupersedeAsync(p, stage, there, "The stage already has a release that contains this commit.", now, ct));
            return new Offered(entries, []);
        }

        if (automatic && waiting.FirstOrDefault(w => order.IsNewer(w, release)) is { } newer)
        {
            entries.Add(await SupersedeAsync(p, stage, newer.Release, TookPlace, now, ct));
            return new Offered(entries, []);
        }

        foreach (var older in waiting)
            entries.Add(await SupersedeAsync(older, stage, release.Digest, TookPlace, now, ct));
        return new Offered(entries, [p.Id]);
    }

    private async Task<NewJournalEntry> SupersedeAsync(
        Promotion p, StagePolicy stage, Digest by, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var transition = PromotionMachine.Apply(p, stage, new NewerOffered(now, by, reason));
        Invariant.Require(transition.Applied);
        await stores.Promotions.SaveAsync(transition.Promotion, ct);
        return new NewJournalEntry(PromotionJournal.Of(transition.Promotion), Actor.System("stages"), p.Subject);
    }
}
