namespace Pipeline.Scheduler.Core.State;

/// <summary>Signals from any part to the placement round at the end of the step.</summary>
internal sealed class PlacementSignals
{
    /// <summary>Something changed that may allow a waiting task to be placed.</summary>
    public bool IsDue { get; set; } = true;

    /// <summary>Offers that were declined for a long time are wanted again.</summary>
    public bool WantsRevive { get; set; }
}
