namespace Pipeline.Scheduler.Core;

/// <summary>How we stand with the master.</summary>
internal sealed record FrameworkRecord(string? FrameworkId, FrameworkState State, string? Detail, string? Master, string? MasterVersion);

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
