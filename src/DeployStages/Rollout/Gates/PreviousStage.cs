using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>How a release fares in the stage before. Joins the ambient transaction.</summary>
internal sealed class PreviousStage(PromotionStore promotions, SlotStore slots, SlotHealth health)
{
    /// <returns>Null for a first stage.</returns>
    public async Task<StageBefore?> ReadAsync(
        StagePolicy stage, Digest release, RepositoryId repository, DateTimeOffset now, CancellationToken ct)
    {
        if (stage.After is not { } name)
            return null;
        var succeeded = await promotions.HasSucceededAsync(name, release, ct);
        var slot = await slots.FindAsync(name, repository, ct);
        var isCurrent = slot?.Current == release;
        var since = succeeded && isCurrent && stage.Gates.Soak > TimeSpan.Zero
            ? await ObserveAsync(slot!, now, ct)
            : slot?.HealthySince;
        return new StageBefore(name, succeeded, isCurrent, since);
    }

    /// <summary>Since when the slot is healthy, as of this moment: a break restarts the soak, so it is recorded.</summary>
    private async Task<DateTimeOffset?> ObserveAsync(Slot slot, DateTimeOffset now, CancellationToken ct)
    {
        if (await promotions.RunningAsync(slot.Stage, slot.Repository, ct) is not null)
            return slot.HealthySince;
        var observed = await health.IsHealthyAsync(slot.Stage, slot.Repository, ct) ? slot.HealthySince ?? now : (DateTimeOffset?)null;
        if (observed != slot.HealthySince)
            await slots.SetHealthySinceAsync(slot.Stage, slot.Repository, observed, ct);
        return observed;
    }
}
