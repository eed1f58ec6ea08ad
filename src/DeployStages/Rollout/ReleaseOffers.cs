using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Commits;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>What an offer came to: entries for the journal and promotions to advance, both to be sent after the rows.</summary>
internal sealed record OfferResult(IReadOnlyList<NewJournalEntry> Entries, IReadOnlyList<PromotionId> Promotions)
{
    /// <summary>No promotion was made.</summary>
    public static readonly OfferResult Nothing = new([], []);
}

/// <summary>Puts releases in line for a stage. A newer one replaces older ones that wait, never one that runs. Joins the ambient
/// transaction.</summary>
internal sealed class ReleaseOffers(
    SlotStore slots, PromotionStore promotions, PolicyInForce policy, BranchRule branches, ReleaseOrder order, TimeProvider time)
{
    private const string ReplacedByNewer = "A newer release replaced it.";

    /// <summary>Offers a new release to the first stages.</summary>
    public Task<OfferResult> OfferToFirstAsync(Release release, Actor actor, CancellationToken ct) =>
        OfferAsync(release, policy.Current.First, actor, ct);

    /// <summary>Offers a release that succeeded in a stage to the stages after it.</summary>
    public Task<OfferResult> OfferToFollowingAsync(Release release, string stage, Actor actor, CancellationToken ct) =>
        OfferAsync(release, policy.Current.Following(stage), actor, ct);

    /// <returns>Nothing when the release waits or runs there already, was offered before, or a newer one is there.</returns>
    public async Task<OfferResult> OfferToAsync(Release release, StagePolicy stage, bool automatic, Actor actor, CancellationToken ct)
    {
        var slot = await slots.LockAsync(stage.Name, release.RepositoryId, ct);
        var now = time.GetUtcNow();
        var waiting = await promotions.WaitingAsync(stage.Name, release.RepositoryId, ct);
        var p = new Promotion(
            PromotionId.New(now), 0, release.RepositoryId, stage.Name, stage.Cluster, release.Digest, release.Number, release.CommitSha,
            release.BuildId, automatic, actor.ToString(), now);
        // Before the row is written: a question to git starts the transaction anew, and a number that was handed out is gone.
        var newer = automatic ? await NewerAsync(release, slot, waiting, now, ct) : null;
        if (await promotions.InsertAsync(p, ct) is null)
            return OfferResult.Nothing;
        var created = new NewJournalEntry(new PromotionCreated(p.Id, p.Release, p.Stage), actor, p.Subject);
        if (newer is not null)
            return new OfferResult([created, await SupersedeAsync(p, stage, newer, ct)], []);
        var entries = new List<NewJournalEntry> { created };
        foreach (var older in waiting)
            entries.Add(await SupersedeAsync(older, stage, new NewerOffered(now, release.Digest, ReplacedByNewer), ct));
        return new OfferResult(entries, [p.Id]);
    }

    private async Task<OfferResult> OfferAsync(Release release, IEnumerable<StagePolicy> stages, Actor actor, CancellationToken ct)
    {
        var entries = new List<NewJournalEntry>();
        var made = new List<PromotionId>();
        foreach (var stage in stages.Where(s => s.Promote == PromoteMode.Automatic))
        {
            if (!await branches.AllowsOfferAsync(stage, release.RepositoryId, release.CommitSha, ct))
                continue;
            var offered = await OfferToAsync(release, stage, automatic: true, actor, ct);
            entries.AddRange(offered.Entries);
            made.AddRange(offered.Promotions);
        }

        return new OfferResult(entries, made);
    }

    /// <summary>What supersedes the release at once: the stage has a release that contains it, or a newer one waits.</summary>
    private async Task<NewerOffered?> NewerAsync(
        Release release, Slot slot, IReadOnlyList<Promotion> waiting, DateTimeOffset now, CancellationToken ct)
    {
        if (await order.ContainedInAsync(release, slot, ct) is { } current)
            return new NewerOffered(now, current, "The stage already has a release that contains this commit.");
        foreach (var other in waiting)
        {
            if (await order.IsNewerAsync(other, release, ct))
                return new NewerOffered(now, other.Release, ReplacedByNewer);
        }

        return null;
    }

    private async Task<NewJournalEntry> SupersedeAsync(Promotion p, StagePolicy stage, NewerOffered newer, CancellationToken ct)
    {
        var transition = PromotionMachine.Apply(p, stage, newer);
        Invariant.Require(transition.Applied);
        await promotions.SaveAsync(transition.Promotion, ct);
        return new NewJournalEntry(PromotionJournal.Of(transition.Promotion), StageActor.System, p.Subject);
    }
}
