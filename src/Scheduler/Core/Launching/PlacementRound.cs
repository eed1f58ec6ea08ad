using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>The end of each step: places what can be placed, then makes the offers that are held fit the work that waits.</summary>
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

    // Nothing that matters for a place changed: the last pass still tells the truth, of however many tasks.
    private bool HasNews(DateTimeOffset now)
    {
        if (!state.Signals.IsDue && placedMoves == state.Moves && now - placedAt < settings.ReviveInterval)
            return false;
        // What this pass itself makes wait is looked at in the next.
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
