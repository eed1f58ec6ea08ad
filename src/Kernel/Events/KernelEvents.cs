namespace Pipeline.Kernel.Events;

/// <summary>A person's or token's action that no other event describes (audit).</summary>
/// <param name="Action">A dotted word, <c>token.created</c> for example.</param>
/// <param name="Target">What it was done to.</param>
/// <param name="Message">As the actor gave it.</param>
public sealed record ActionRecorded(string Action, string Target, string? Message) : JournalEvent;

/// <summary>A digest or signature did not match. The release is held everywhere and never retried.</summary>
/// <param name="Code">
/// Stable: <c>digest-mismatch</c>, <c>signature-invalid</c>, <c>stage-mismatch</c>, <c>generation-replayed</c>, <c>statement-expired</c>,
/// <c>untrusted-key</c>, <c>statement-missing</c>, <c>specification-mismatch</c>, <c>decision-unsigned</c>, <c>decision-mismatch</c>,
/// <c>hold-removed</c>, <c>release-altered</c>.
/// </param>
public sealed record SecurityEventRaised(Digest? Artifact, Digest? Release, string? Cluster, string? TaskId, string Code, string Detail) : JournalEvent;

/// <summary>The kinds of events that every slice may append. The names are stored: never rename one.</summary>
public static class KernelEventKinds
{
    /// <summary>Every kind, as the kernel registers it.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        EventKind.Of<ActionRecorded>("action.recorded"),
        EventKind.Of<SecurityEventRaised>("security.raised"),
    ];
}
