using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>How a draining agent says that it kills a task (recorded in 14b and 14c).</summary>
internal static class DrainStatuses
{
    public static void Mark(W.TaskStatus status, W.DrainConfig config, bool partitionAware)
    {
        if (status.State is not (W.TaskState.TaskKilling or W.TaskState.TaskKilled))
            return;
        status.Reason = W.TaskStatus.Types.Reason.AgentDraining;
        if (!config.MarkGone || !partitionAware)
            return;
        // A real agent rewrites TASK_KILLING, too: the framework gets the terminal state twice, the second time without a container.
        if (status.State == W.TaskState.TaskKilled)
            status.ContainerStatus = null;
        status.State = W.TaskState.TaskGoneByOperator;
    }
}
