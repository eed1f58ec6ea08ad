using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout.Commits;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>A slot that this transaction has locked.</summary>
/// <param name="Running">The promotion that moves it now.</param>
internal sealed record LockedSlot(Slot Slot, Promotion? Running);

/// <summary>The lock on a slot's row makes the promotions of a repository in a stage take turns.</summary>
internal sealed class SlotLock(SlotStore slots, PromotionStore promotions, CommitHistory history)
{
    /// <summary>Locks the slot until the ambient transaction ends.</summary>
    public async Task<LockedSlot> TakeAsync(string stage, RepositoryId repository, CancellationToken ct)
    {
        var slot = await slots.LockAsync(stage, repository, ct);
        return new LockedSlot(slot, await promotions.RunningAsync(stage, repository, ct));
    }

    /// <summary>Runs a step in a transaction that has locked the slot; anew after each question to git.</summary>
    public Task<T> WithSlotAsync<T>(
        string stage, RepositoryId repository, Func<LockedSlot, CancellationToken, Task<T>> step, CancellationToken ct) =>
        history.InTransactionAsync(async token => await step(await TakeAsync(stage, repository, token), token), ct);

    /// <summary>Runs a step of a promotion in a transaction, on the row as it is once its slot is locked; anew after each question to
    /// git.</summary>
    /// <returns>Default when there is no such promotion.</returns>
    public Task<T?> WithPromotionAsync<T>(
        PromotionId id, Func<Promotion, LockedSlot, CancellationToken, Task<T>> step, CancellationToken ct) =>
        history.InTransactionAsync(
        async token =>
        {
            if (await promotions.FindAsync(id, token) is not { } known)
                return default;
            var locked = await TakeAsync(known.Stage, known.Repository, token);
            var current = await promotions.FindAsync(id, token);
            Invariant.Require(current is not null);
            return await step(current, locked, token);
        },
        ct);
}
