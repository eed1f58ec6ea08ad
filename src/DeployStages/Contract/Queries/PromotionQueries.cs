using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Reading;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.DeployStages.Contract.Queries;

/// <summary>Reads promotions.</summary>
public sealed class PromotionQueries
{
    private readonly PromotionStore promotions;
    private readonly PromotionViewReader views;
    private readonly PlanViewReader plans;
    private readonly ReleaseQueries releases;
    private readonly PolicyInForce policy;
    private readonly PromotionObstacles obstacles;

    internal PromotionQueries(
        PromotionStore promotions, PromotionViewReader views, PlanViewReader plans, ReleaseQueries releases, PolicyInForce policy,
        PromotionObstacles obstacles) =>
        (this.promotions, this.views, this.plans, this.releases, this.policy, this.obstacles) =
        (promotions, views, plans, releases, policy, obstacles);

    /// <summary>Newest first.</summary>
    /// <param name="cursor">From the previous page.</param>
    public async Task<Page<PromotionView>> ListAsync(PromotionFilter filter, Cursor? cursor, int limit, CancellationToken ct)
    {
        var found = await promotions.ListAsync(filter, cursor, limit + 1, ct);
        var items = found.Take(limit).ToList();
        var next = found.Count > limit ? new Cursor(items[^1].CreatedAt, items[^1].Id.Value).ToString() : null;
        return new Page<PromotionView>(await views.ViewsAsync(items, ct), next);
    }

    /// <summary>Promotions that wait, oldest first, at most 500.</summary>
    public async Task<IReadOnlyList<PromotionView>> WaitingAsync(CancellationToken ct) =>
        await views.ViewsAsync(await promotions.WaitingAsync(ct), ct);

    /// <summary>Every promotion of the release, oldest first.</summary>
    public async Task<IReadOnlyList<PromotionView>> OfReleaseAsync(Digest release, CancellationToken ct) =>
        await views.ViewsAsync(await promotions.OfReleaseAsync(release, ct), ct);

    /// <summary>Null when there is no such promotion.</summary>
    public async Task<PromotionView?> FindAsync(PromotionId id, CancellationToken ct) =>
        await promotions.FindAsync(id, ct) is { } found ? (await views.ViewsAsync([found], ct))[0] : null;

    /// <summary>By its number, as people write it.</summary>
    public async Task<PromotionView?> FindAsync(long number, CancellationToken ct) =>
        await promotions.FindAsync(number, ct) is { } found ? (await views.ViewsAsync([found], ct))[0] : null;

    /// <summary>The plan as it is now; null when the promotion or its stage is unknown.</summary>
    public async Task<PlanView?> PlanAsync(PromotionId id, CancellationToken ct) =>
        await promotions.FindAsync(id, ct) is { } p ? await plans.OfPromotionAsync(p, ct) : null;

    /// <summary>A dry run; null when the release or the stage is unknown.</summary>
    public Task<PlanView?> PlanAsync(Digest release, string stage, CancellationToken ct) => plans.DryRunAsync(release, stage, ct);

    /// <summary>What gates and result depended on, oldest first; null when the promotion is unknown.</summary>
    public async Task<IReadOnlyList<EvidenceView>?> EvidenceAsync(PromotionId id, CancellationToken ct) =>
        await FindAsync(id, ct) is { } view && await releases.FindAsync(view.Release, ct) is { } release
            ? EvidenceList.Of(view, release, policy.Current)
            : null;

    /// <summary>Why a command would refuse the caller at the moment; null when it would not, or there is no such promotion.</summary>
    public async Task<PromotionObstacle?> WhyNotAsync(Caller caller, PromotionId id, PromotionAction action, CancellationToken ct) =>
        await promotions.FindAsync(id, ct) is { } p ? await obstacles.FindAsync(p, caller, action, ct) : null;
}
