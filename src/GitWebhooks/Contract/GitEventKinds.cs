using Pipeline.Kernel.Events;

namespace Pipeline.GitWebhooks.Contract;

/// <summary>The kinds of events that this slice appends. The names are stored: never rename one.</summary>
public static class GitEventKinds
{
    /// <summary>Every kind, as the slice registers it.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        EventKind.Of<CommitPushed>("commit.pushed"),
        EventKind.Of<BranchDeleted>("branch.deleted"),
        EventKind.Of<StatusReported>("status.reported"),
    ];
}
