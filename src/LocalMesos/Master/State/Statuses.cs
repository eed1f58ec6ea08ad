using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>Statuses that the master itself creates: without uuid, hence never acknowledged, and without executor_id.</summary>
internal static class Statuses
{
    public static W.Event Update(W.TaskStatus status) =>
        new() { Type = W.Event.Types.Type.Update, Update = new W.Event.Types.Update { Status = status } };

    public static W.TaskStatus Of(
        string taskId, string? agentId, W.TaskState state, Reason reason, string message, DateTimeOffset now,
        DateTimeOffset? unreachable = null)
    {
        var status = new W.TaskStatus
        {
            TaskId = new W.TaskID { Value = taskId },
            State = state,
            Message = message,
            Source = W.TaskStatus.Types.Source.Master,
            Reason = reason,
            Timestamp = WireTime.Seconds(now),
        };
        if (agentId is not null)
            status.AgentId = new W.AgentID { Value = agentId };
        if (unreachable is { } since)
            status.UnreachableTime = WireTime.Info(since);
        return status;
    }

    /// <summary>The state of a known task, with what Mesos repeats of its latest status.</summary>
    public static W.TaskStatus Latest(MasterTask task, Reason reason, string message, DateTimeOffset now)
    {
        var status = Of(task.Id, task.AgentId, task.State, reason, message, now);
        if (task.Latest is not { } latest)
            return status;
        if (latest.HasHealthy)
            status.Healthy = latest.Healthy;
        if (latest.ContainerStatus is not null)
            status.ContainerStatus = latest.ContainerStatus;
        return status;
    }
}
