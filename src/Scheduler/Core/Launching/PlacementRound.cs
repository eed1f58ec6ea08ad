using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>The end of each step: places what can be placed, then keeps or declines offers to match the waiting work.</summary>
internal sealed class PlacementRound(
    ClusterState state, CoreSettings settings, SpreadAll spreadAll, OfferPool offers, TaskPlacer placer, OfferDemand demand)
{
    private bool unplaced;
    private long placedMoves = -1;
    private DateTimeOffset placedAt;
    private volatile bool isWaiting;

    /// <summary>Work waits for a place. May be read from another thread.</summary>
    public bool IsWaiting => isWaiting;

    public void Run(DateTimeOffset now)
    {
        spreadAll.Follow(now);
        offers.DeclineUnwanted(now);
        if (HasNews(now))
            Place(now);
        if (!state.IsConnected)
            return;
        if (unplaced)
            demand.Ask(now);
        else
            demand.GoQuiet(now);
    }

    // Nothing relevant to placement changed: the result of the last pass still holds.
    private bool HasNews(DateTimeOffset now)
    {
        if (!state.Signals.IsDue && placedMoves == state.Moves && now - placedAt < settings.ReviveInterval)
            return false;
        // Tasks that this pass itself creates are placed in the next.
        (state.Signals.IsDue, placedAt, placedMoves) = (false, now, state.Moves);
        return true;
    }

    private void Place(DateTimeOffset now)
    {
        unplaced = false;
        if (state.IsConnected)
            unplaced = placer.Place(now);
        else
            placer.ExplainSilence(now);
        isWaiting = state.Pending.Count > 0;
    }
}
