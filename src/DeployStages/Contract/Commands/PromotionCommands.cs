using Pipeline.DeployStages.Rollout;
using Pipeline.DeployStages.Rollout.Decisions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Contract.Commands;

/// <summary>What callers do to promotions. Each command checks the caller's permission first and writes one transaction: rows, jobs,
/// journal events.</summary>
public sealed class PromotionCommands
{
    private readonly SlotLock slots;
    private readonly PromotionStarter starter;
    private readonly Approvals approvals;
    private readonly Rejections rejections;
    private readonly Rollbacks rollbacks;
    private readonly TimeProvider time;

    internal PromotionCommands(
        SlotLock slots, PromotionStarter starter, Approvals approvals, Rejections rejections, Rollbacks rollbacks, TimeProvider time) =>
        (this.slots, this.starter, this.approvals, this.rejections, this.rollbacks, this.time) =
        (slots, starter, approvals, rejections, rollbacks, time);

    /// <summary>Promotes a release into a stage; all gates of the stage still hold. An older release is allowed: that is how one
    /// goes back to it; so is the stage's own release when its instances are not healthy: that is how one
    /// starts it again. Needs <see cref="Permission.Promote"/>.</summary>
    /// <param name="planDigest">When given, refused with <c>plan-changed</c> unless the plan is still this one.</param>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<PromotionOutcome> PromoteAsync(Caller caller, Digest release, string stage, string? planDigest, CancellationToken ct)
    {
        caller.Require(Permission.Promote);
        return starter.PromoteAsync(release, stage, planDigest, caller.Actor, ct);
    }

    /// <summary>Approves the plan of a promotion that waits. Needs <see cref="Permission.Approve"/>, and the policy of the stage must let
    /// the caller approve.</summary>
    /// <param name="planDigest">The plan that the caller read; null approves the plan as it is now.</param>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<PromotionOutcome> ApproveAsync(Caller caller, PromotionId id, string? planDigest, string? comment, CancellationToken ct)
    {
        caller.Require(Permission.Approve);
        return OrUnknownAsync(
            id,
            slots.WithPromotionAsync(
                id, (p, _, token) => approvals.ApproveAsync(p, planDigest, comment, caller, time.GetUtcNow(), token), ct));
    }

    /// <summary>Ends a promotion that waits. Needs <see cref="Permission.Approve"/> and a person.</summary>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<PromotionOutcome> RejectAsync(Caller caller, PromotionId id, string? comment, CancellationToken ct)
    {
        caller.Require(Permission.Approve);
        return OrUnknownAsync(
            id, slots.WithPromotionAsync(id, (p, _, token) => rejections.RejectAsync(p, comment, caller, time.GetUtcNow(), token), ct));
    }

    /// <summary>Returns the stage to its previous release. The promotion must be moving, or its release be what the stage runs. Needs
    /// <see cref="Permission.Promote"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
    public Task<PromotionOutcome> RollbackAsync(Caller caller, PromotionId id, string? comment, CancellationToken ct)
    {
        caller.Require(Permission.Promote);
        return OrUnknownAsync(
            id,
            slots.WithPromotionAsync(
                id, (p, slot, token) => rollbacks.RollBackAsync(p, slot, comment, caller.Actor, time.GetUtcNow(), token), ct));
    }

    private static async Task<PromotionOutcome> OrUnknownAsync(PromotionId id, Task<PromotionOutcome?> outcome) =>
        await outcome ?? new PromotionOutcome.Unknown($"There is no promotion {id}.");
}
