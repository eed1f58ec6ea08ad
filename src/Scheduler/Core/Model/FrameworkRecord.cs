namespace Pipeline.Scheduler.Core.Model;

/// <summary>How we stand with the master.</summary>
internal sealed record FrameworkRecord(string? FrameworkId, FrameworkState State, string? Detail, string? Master, string? MasterVersion)
{
    /// <summary>The newest reconciliation; null before the first.</summary>
    public Reconciliation? Reconciliation { get; init; }
}

/// <summary>The master is asked about every task that we think it has. Stored as JSON.</summary>
/// <param name="Until">When the last of the answers came; null while some are missing.</param>
/// <param name="Tasks">That were asked about.</param>
internal sealed record Reconciliation(DateTimeOffset Since, DateTimeOffset? Until, int Tasks);

internal enum FrameworkState
{
    Connecting,
    Subscribed,
    Disconnected,

    /// <summary>Another scheduler took our id: stand by until a person decides.</summary>
    FailedOver,

    /// <summary>The master forgot us for good: a new id would start everything twice, so a person decides.</summary>
    Removed,

    Unauthorized,
    Refused,
}
