using Google.Protobuf;
using Pipeline.LocalMesos.Executors;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>What an agent tells its master, while the two can reach each other. The cluster's lock is held.</summary>
internal sealed class AgentReporter(AgentContext context, string agentId, IMasterLink link, AgentTasks tasks)
{
    /// <summary>False while the agent and the master cannot reach each other.</summary>
    public bool IsLinked { get; private set; } = true;

    /// <summary>Set while the agent drains.</summary>
    public W.DrainConfig? Drain { get; set; }

    public void Disconnect() => IsLinked = false;

    /// <summary>A new status of a task: recorded, and queued for its framework.</summary>
    public void Report(AgentTask task, W.TaskStatus status)
    {
        if (Drain is not null)
            DrainStatuses.Mark(status, Drain, task.Launch.PartitionAware);
        task.Statuses.Add(status);
        if (!task.Run.IsRunning)
            task.Ended = context.Time.GetUtcNow();
        // A real master learns of it with the next update that is sent (recorded in 02c); here resources are freed at once.
        if (IsLinked && context.Options.Allocation == AllocationMode.Continuous)
            link.StateChanged(agentId, task.FrameworkId, status);
        task.Updates.Add(status);
        // A task of a group that fails or is killed takes the others with it (recorded in 17).
        if (task.Executor is DefaultExecutor group && !task.Run.IsRunning && status.State != W.TaskState.TaskFinished)
            group.Shutdown();
    }

    /// <summary>Sends a queued update, with the task's present state.</summary>
    public void Send(string frameworkId, W.TaskStatus status)
    {
        if (!IsLinked)
            return;
        if (tasks.Find(frameworkId, status.TaskId.Value)?.Run.LastStatus is { } last)
            link.StateChanged(agentId, frameworkId, last);
        link.SendUpdate(agentId, frameworkId, status);
    }

    public void SendMessage(string frameworkId, string executorId, ByteString data) =>
        link.SendMessage(agentId, frameworkId, executorId, data);

    public void ExecutorEnded(IAgentExecutor executor, int status)
    {
        if (IsLinked)
            link.ExecutorEnded(agentId, executor.FrameworkId, executor.Info.ExecutorId.Value, status);
    }

    /// <summary>The connection is back: the master gets the present states first, then every update that it may have missed.</summary>
    /// <param name="reportLosses">Reports the tasks that died in the meantime, after the states.</param>
    public void Reconnect(Action reportLosses)
    {
        IsLinked = true;
        var unacknowledged = tasks.Active.Where(t => !t.Updates.IsEmpty).ToList();
        foreach (var task in unacknowledged)
            link.StateChanged(agentId, task.FrameworkId, task.Run.LastStatus!);
        reportLosses();
        foreach (var task in unacknowledged)
            task.Updates.SendOldest();
    }
}
