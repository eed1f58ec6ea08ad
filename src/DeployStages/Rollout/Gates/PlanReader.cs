using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>What a release would change in a stage as of now. Joins the ambient transaction.</summary>
internal sealed class PlanReader(SlotStore slots, ReleaseQueries releases, RollbackTargets targets)
{
    /// <summary>The answer to a decision about a plan that is no longer the one.</summary>
    public static PromotionOutcome.Conflict Changed(string what) => new(
        "plan-changed", $"The plan of {what} has changed since you read it.", "Read the plan again and decide on the new one.");

    /// <summary>Null when there is no such release.</summary>
    public Task<Release?> FindReleaseAsync(Digest digest, CancellationToken ct) => releases.FindAsync(digest, ct);

    /// <summary>A release that is known to exist.</summary>
    public async Task<Release> ReleaseAsync(Digest digest, CancellationToken ct)
    {
        var found = await releases.FindAsync(digest, ct);
        Invariant.Require(found is not null);
        return found;
    }

    /// <summary>A release that is known to exist, as it is until the ambient transaction ends.</summary>
    public async Task<Release> LockAsync(Digest digest, CancellationToken ct)
    {
        var found = await releases.LockAsync(digest, ct);
        Invariant.Require(found is not null);
        return found;
    }

    /// <summary>The plan of a release that is known to exist.</summary>
    public async Task<PromotionPlan> ReadAsync(StagePolicy stage, Digest release, CancellationToken ct) =>
        await ReadAsync(stage, await ReleaseAsync(release, ct), ct);

    /// <summary>The plan of a release.</summary>
    public async Task<PromotionPlan> ReadAsync(StagePolicy stage, Release to, CancellationToken ct)
    {
        var slot = await slots.FindAsync(stage.Name, to.RepositoryId, ct);
        var target = await targets.FindAsync(stage.Name, to.RepositoryId, to.Digest, slot?.Stable, ct);
        var from = slot?.Current is { } current ? await releases.FindAsync(current, ct) : null;
        return PromotionPlanner.Plan(stage, from, to, target);
    }
}
