using Pipeline.Kernel.Events;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>The kinds of events that this slice appends. The names are stored: never rename one.</summary>
public static class ArtifactEventKinds
{
    /// <summary>Every kind, as the slice registers it.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        EventKind.Of<ArtifactStored>("artifact.stored"),
        EventKind.Of<ReleaseCreated>("release.created"),
    ];
}
