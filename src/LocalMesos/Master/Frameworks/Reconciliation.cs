using Pipeline.LocalMesos.Master.State;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master.Frameworks;

/// <summary>RECONCILE: what the master knows of tasks (recorded in 07, 12a and 16). The lock is held.</summary>
internal sealed class Reconciliation(MasterState state)
{
    public void Answer(Framework framework, IReadOnlyCollection<W.Call.Types.Reconcile.Types.Task> tasks)
    {
        // A master that still waits for agents of its registry does not know enough to answer (recorded in 12g).
        if (state.Agents.Any(a => a.Presence == AgentPresence.Recovered))
            return;
        if (tasks.Count == 0)
        {
            foreach (var task in framework.Tasks.Values.ToList())
                Answer(framework, task.Id, task.AgentId);
            return;
        }

        foreach (var task in tasks)
            Answer(framework, task.TaskId.Value, task.AgentId?.Value);
    }

    public void Answer(Framework framework, string taskId, string? agentId) =>
        framework.Send(Statuses.Update(Status(framework, taskId, agentId)));

    private W.TaskStatus Status(Framework framework, string taskId, string? agentId)
    {
        if (framework.Tasks.TryGetValue(taskId, out var task))
            return task.UnreachableSince is { } since
                ? Unreachable(framework, taskId, task.AgentId, since)
                : Statuses.Latest(task, Reason.Reconciliation, "Reconciliation: Latest task state", state.Now);
        return state.Agent(agentId) switch
        {
            { Presence: AgentPresence.Registered } =>
                Unknown(framework, taskId, agentId, W.TaskState.TaskGone, "Task is unknown to the agent"),
            { Presence: AgentPresence.Unreachable } agent => Unreachable(framework, taskId, agentId!, agent.UnreachableSince ?? state.Now),
            { Presence: AgentPresence.Gone } => Unknown(framework, taskId, agentId, W.TaskState.TaskGoneByOperator, "Task is gone"),
            _ => Unknown(framework, taskId, agentId, W.TaskState.TaskUnknown, "Task is unknown"),
        };
    }

    private W.TaskStatus Unknown(Framework framework, string taskId, string? agentId, W.TaskState aware, string message) => Statuses.Of(
        taskId, agentId, framework.IsPartitionAware ? aware : W.TaskState.TaskLost, Reason.Reconciliation, $"Reconciliation: {message}",
            state.Now);

    private W.TaskStatus Unreachable(Framework framework, string taskId, string agentId, DateTimeOffset since) => Statuses.Of(
        taskId, agentId, framework.IsPartitionAware ? W.TaskState.TaskUnreachable : W.TaskState.TaskLost, Reason.Reconciliation,
        "Reconciliation: Task is unreachable", state.Now, since);
}
