using System.Security.Claims;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.DeployStages.Contract;

/// <summary>What people do to promotions. Each writes one transaction: row, job, journal event.</summary>
public sealed class PromotionCommands(
    StageStores stores, PolicyInForce policy, ReleaseQueries releases, ApprovalDesk desk, Promoting promoting, TimeProvider time)
{
    /// <param name="planDigest">The plan the caller read; null approves the plan as it is now.</param>
    public Task<PromotionOutcome> ApproveAsync(
        PromotionId id, string? planDigest, string? comment, ClaimsPrincipal caller, CancellationToken ct) =>
        WithPromotionAsync(id, (p, token) => desk.ApproveAsync(p, planDigest, comment, caller, time.GetUtcNow(), token), ct);

    public Task<PromotionOutcome> RejectAsync(PromotionId id, string? comment, ClaimsPrincipal caller, CancellationToken ct) =>
        WithPromotionAsync(id, (p, token) => desk.RejectAsync(p, comment, caller, time.GetUtcNow(), token), ct);

    /// <summary>Returns the stage to the release before. The promotion must be what the stage runs, or be on its way.</summary>
    public Task<PromotionOutcome> RollbackAsync(PromotionId id, string? comment, ClaimsPrincipal caller, CancellationToken ct) =>
        WithPromotionAsync(id, (p, token) => promoting.RollbackAsync(p, comment, Actor.Of(caller), time.GetUtcNow(), token), ct);

    /// <summary>As the other, for whatever promotion the stage runs or is moved by now.</summary>
    public async Task<PromotionOutcome> RollbackAsync(
        string stage, RepositoryId repository, string? comment, ClaimsPrincipal caller, CancellationToken ct)
    {
        var slot = await stores.Slots.FindAsync(stage, repository, ct);
        return slot?.Promotion is { } id
            ? await RollbackAsync(id, comment, caller, ct)
            : new PromotionOutcome.Unknown($"Nothing of the repository runs in {stage}.");
    }

    /// <summary>Asks for a release in a stage; all gates of the stage still hold. An older release is legal: it is how one
    /// returns.</summary>
    /// <param name="planDigest">When given, refused with <c>plan-changed</c> unless the plan is still this one.</param>
    public async Task<PromotionOutcome> PromoteAsync(
        Digest release, string stage, string? planDigest, ClaimsPrincipal caller, CancellationToken ct)
    {
        if (policy.Current.Find(stage) is not { } known)
            return new PromotionOutcome.Unknown(
                $"There is no stage '{stage}'. The stages are {string.Join(", ", policy.Current.Stages.Select(s => s.Name))}.");
        if (await releases.FindAsync(release, ct) is not { } found)
            return new PromotionOutcome.Unknown($"There is no release {release}.");
        return await Transactions.InTransactionAsync(
            token => promoting.PromoteAsync(found, known, planDigest, Actor.Of(caller), token), ct);
    }

    private Task<PromotionOutcome> WithPromotionAsync(
        PromotionId id, Func<Promotion, CancellationToken, Task<PromotionOutcome>> act,
        CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            if (await stores.Promotions.FindAsync(id, token) is not { } known)
                return new PromotionOutcome.Unknown($"There is no promotion {id}.");
            await stores.Slots.LockAsync(known.Stage, known.Repository, token);
            var locked = await stores.Promotions.FindAsync(id, token);
            Invariant.Require(locked is not null);
            return await act(locked, token);
        },
        ct);
}
