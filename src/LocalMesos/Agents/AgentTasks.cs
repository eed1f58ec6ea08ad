using Pipeline.LocalMesos.Executors;
using Pipeline.LocalMesos.Tasks;

namespace Pipeline.LocalMesos.Agents;

/// <summary>The tasks of an agent: those that it still has to report on, and the latest that are over.</summary>
/// <param name="maxCompleted">How many of those that are over are kept.</param>
internal sealed class AgentTasks(int maxCompleted)
{
    private readonly Dictionary<(string Framework, string Task), AgentTask> active = [];
    private readonly Queue<AgentTask> completed = new();

    public IReadOnlyCollection<AgentTask> Active => active.Values;

    public IReadOnlyCollection<AgentTask> Completed => completed;

    public AgentTask? Find(string frameworkId, string taskId) => active.GetValueOrDefault((frameworkId, taskId));

    public List<AgentTask> OfFramework(string frameworkId) => [.. active.Values.Where(t => t.FrameworkId == frameworkId)];

    public List<AgentTask> OfExecutor(IAgentExecutor executor) => [.. active.Values.Where(t => t.Executor == executor)];

    public void Add(AgentTask task) => active[(task.FrameworkId, task.TaskId)] = task;

    /// <summary>The task is over, and its framework knows.</summary>
    public void Complete(AgentTask task)
    {
        Remove(task);
        completed.Enqueue(task);
        if (completed.Count > maxCompleted)
            completed.Dequeue();
    }

    /// <summary>Kills the task and forgets it.</summary>
    public void Discard(AgentTask task)
    {
        task.Run.KillSilently();
        Remove(task);
    }

    public static void Kill(IEnumerable<AgentTask> tasks)
    {
        foreach (var task in tasks)
            task.Run.Kill(TaskEndReason.Killed, null);
    }

    private void Remove(AgentTask task)
    {
        task.Updates.Dispose();
        active.Remove((task.FrameworkId, task.TaskId));
    }
}
