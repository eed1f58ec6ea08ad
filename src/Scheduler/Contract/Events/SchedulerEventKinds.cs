using Pipeline.Kernel.Events;

namespace Pipeline.Scheduler.Contract.Events;

/// <summary>The kinds of events that this slice appends. The names are stored: never rename one.</summary>
public static class SchedulerEventKinds
{
    /// <summary>Every kind, as the slice registers it.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        EventKind.Of<TaskLaunched>("task.launched"),
        EventKind.Of<TaskRunning>("task.running"),
        EventKind.Of<TaskHealthy>("task.healthy"),
        EventKind.Of<TaskFinished>("task.finished"),
        EventKind.Of<DeployHealthy>("deploy.healthy"),
        EventKind.Of<DeployFailed>("deploy.failed"),
        EventKind.Of<RequestChanged>("request.changed"),
        EventKind.Of<AgentLost>("agent.lost"),
        EventKind.Of<MachineChanged>("machine.changed"),
        EventKind.Of<ClusterChanged>("cluster.changed"),
    ];
}
