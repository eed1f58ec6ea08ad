using Pipeline.Mesos.Wire;
using TaskStatus = Pipeline.Mesos.Wire.TaskStatus;

namespace Pipeline.LocalMesos.Agents;

/// <summary>A task on an agent with the updates of it that are under way.</summary>
internal sealed class AgentTask(TaskStart start, TaskPlace place, UpdateQueue updates, IAgentExecutor? executor)
{
    public TaskStart Start => start;

    public TaskPlace Place => place;

    public UpdateQueue Updates => updates;

    /// <summary>Null for a command task, which has one of its own.</summary>
    public IAgentExecutor? Executor => executor;

    public ITaskRun Run { get; set; } = null!;

    /// <summary>All that was said, for the agent's API.</summary>
    public List<TaskStatus> Statuses { get; } = [];

    public DateTimeOffset? Ended { get; set; }

    /// <summary>The last word is said and acknowledged.</summary>
    public bool IsOver => updates.IsEmpty && !Run.IsRunning;

    public TaskState State => Statuses.Count == 0 ? TaskState.TaskStaging : Statuses[^1].State;
}
