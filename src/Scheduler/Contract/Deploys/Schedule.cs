namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>When runs start.</summary>
/// <param name="Cron">5 fields, or 6 with seconds first.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="Overlap">What a fire time does while a run is under way.</param>
/// <param name="CatchUp">What happens to fire times that passed while nobody could start them.</param>
/// <param name="CatchUpWindow">Older ones are never caught up.</param>
public sealed record Schedule(
    string Cron, string TimeZone = "UTC", Overlap Overlap = Overlap.Skip, CatchUp CatchUp = CatchUp.None, TimeSpan? CatchUpWindow = null);

/// <summary>What a fire time does while a run is under way.</summary>
public enum Overlap
{
    /// <summary>The fire time passes while a run is under way.</summary>
    Skip,

    /// <summary>Runs may be under way beside each other.</summary>
    Allow,

    /// <summary>The run under way is killed.</summary>
    Replace,
}

/// <summary>What happens to fire times that were missed.</summary>
public enum CatchUp
{
    /// <summary>They pass.</summary>
    None,

    /// <summary>The newest missed fire time is run once.</summary>
    Once,
}
