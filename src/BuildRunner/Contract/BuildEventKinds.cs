using Pipeline.Kernel.Events;

namespace Pipeline.BuildRunner.Contract;

/// <summary>The kinds of events that this slice appends. The names are stored: never rename one.</summary>
public static class BuildEventKinds
{
    /// <summary>Every kind, as the slice registers it.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        EventKind.Of<DefinitionRejected>("definition.rejected"),
        EventKind.Of<BuildPlanned>("build.planned"),
        EventKind.Of<ModuleBuildStarted>("module.started"),
        EventKind.Of<StepStarted>("step.started"),
        EventKind.Of<StepFinished>("step.finished"),
        EventKind.Of<ModuleBuildFinished>("module.finished"),
        EventKind.Of<BuildFinished>("build.finished"),
    ];
}
