using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>Advances one promotion as far as it can go now. Running it twice changes nothing.</summary>
internal sealed class PromotionProgress(SlotLock slots, WaitingStep waiting, RunningStep running)
{
    /// <summary>Nothing happens when there is no such promotion, or it has ended.</summary>
    public Task AdvanceAsync(PromotionId id, DateTimeOffset now, CancellationToken ct) => slots.WithPromotionAsync(
        id,
        async (p, locked, token) =>
        {
            if (p.Phase == PromotionPhase.Waiting)
                await waiting.CheckGatesAsync(p, locked.Slot, now, token);
            else if (p.IsRunning)
                await running.CheckDeploysAsync(p, now, token);
            return true;
        },
        ct);
}
