using Pipeline.LocalMesos.Executors;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>A task on an agent, with its updates that are not acknowledged yet.</summary>
internal sealed class AgentTask(TaskLaunch launch, TaskLocation location, UpdateQueue updates, IAgentExecutor? executor)
{
    public TaskLaunch Launch => launch;

    public string FrameworkId => launch.FrameworkId;

    public string TaskId => launch.TaskId;

    public TaskLocation Location => location;

    public UpdateQueue Updates => updates;

    /// <summary>Null for a command task, which has a command executor of its own.</summary>
    public IAgentExecutor? Executor => executor;

    public ITaskRun Run { get; set; } = null!;

    /// <summary>Every status so far, for the agent's API.</summary>
    public List<W.TaskStatus> Statuses { get; } = [];

    public DateTimeOffset? Ended { get; set; }

    /// <summary>Its terminal status is acknowledged.</summary>
    public bool IsOver => updates.IsEmpty && !Run.IsRunning;

    public W.TaskState State => Statuses.Count == 0 ? W.TaskState.TaskStaging : Statuses[^1].State;
}
