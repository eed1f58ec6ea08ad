namespace Pipeline.Scheduler.Core.Model;

/// <summary>The state of the framework's subscription.</summary>
internal sealed record FrameworkRecord(string? FrameworkId, FrameworkState State, string? Detail, string? Master, string? MasterVersion)
{
    /// <summary>The newest reconciliation; null before the first.</summary>
    public Reconciliation? Reconciliation { get; init; }
}

/// <summary>The master is asked about every task that should be running. Stored as JSON.</summary>
/// <param name="Until">When the last answer arrived; null while some are missing.</param>
/// <param name="Tasks">That were asked about.</param>
internal sealed record Reconciliation(DateTimeOffset Since, DateTimeOffset? Until, int Tasks);

internal enum FrameworkState
{
    Connecting,
    Subscribed,
    Disconnected,

    /// <summary>Another scheduler took over our id: stand by until a person decides.</summary>
    FailedOver,

    /// <summary>The master removed the framework: a new id would start everything twice, so a person decides.</summary>
    Removed,

    Unauthorized,
    Refused,
}
