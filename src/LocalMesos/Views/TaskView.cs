using Pipeline.LocalMesos.Master.State;
using Pipeline.Mesos.Wire;
using WireTask = Pipeline.Mesos.Wire.Task;

namespace Pipeline.LocalMesos.Views;

/// <summary>A task as the master's operator API shows it. The lock is held.</summary>
internal static class TaskView
{
    /// <param name="shown">The state to show: that of an unreachable task is not its own.</param>
    public static WireTask Of(Framework f, MasterTask t, TaskState shown)
    {
        var task = new WireTask
        {
            Name = t.Info.Name,
            TaskId = t.Info.TaskId,
            FrameworkId = new FrameworkID { Value = f.Id },
            AgentId = t.Info.AgentId,
            State = shown,
            Resources = { t.Resources.ToWire(t.Role, withRole: false) },
            Statuses = { t.Statuses },
            Labels = t.Info.Labels,
            Discovery = t.Info.Discovery,
            Container = t.Info.Container,
            HealthCheck = t.Info.HealthCheck,
            KillPolicy = t.Info.KillPolicy,
        };
        if (t.ExecutorId is { } executor)
            task.ExecutorId = new ExecutorID { Value = executor };
        if (t.Info.Command?.HasUser == true)
            task.User = t.Info.Command.User;
        if (t.LastSent is not { } latest)
            return task;
        task.StatusUpdateState = latest.State;
        task.StatusUpdateUuid = latest.Uuid;
        return task;
    }
}
