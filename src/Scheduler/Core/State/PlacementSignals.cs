namespace Pipeline.Scheduler.Core.State;

/// <summary>What any part may say about the next placement; the round of placement at the end of a step acts on it.</summary>
internal sealed class PlacementSignals
{
    /// <summary>Something changed that may give a waiting task a place.</summary>
    public bool IsDue { get; set; } = true;

    /// <summary>Offers that were declined for long are wanted again.</summary>
    public bool WantsRevive { get; set; }
}
