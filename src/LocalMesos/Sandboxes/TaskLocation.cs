using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Sandboxes;

/// <summary>Executor, container and sandbox of a task on its agent. A task of a group is nested in its executor's container.</summary>
internal sealed record TaskLocation(string ExecutorId, W.ContainerID Container, string SandboxPath)
{
    public bool IsNested => Container.Parent is not null;

    /// <summary>A second name of the sandbox of a nested container; null otherwise.</summary>
    public string? Link { get; private init; }

    /// <summary>A container of its own. The command executor of a task has the task's id.</summary>
    public static TaskLocation Own(string workDirectory, string agentId, string frameworkId, string executorId)
    {
        var container = new W.ContainerID { Value = Ids.Uuid() };
        var sandbox = Path.Combine(
            RootOf(workDirectory, agentId), "frameworks", frameworkId, "executors", executorId, "runs", container.Value);
        return new TaskLocation(executorId, container, sandbox);
    }

    /// <summary>The directory that holds everything of an agent.</summary>
    public static string RootOf(string workDirectory, string agentId) => Path.Combine(workDirectory, "slaves", agentId);

    /// <summary>Inside the executor's container; <c>tasks/ID</c> of its sandbox links there.</summary>
    public TaskLocation Nested(string taskId)
    {
        var container = new W.ContainerID { Value = Ids.Uuid(), Parent = Container };
        return new TaskLocation(ExecutorId, container, Path.Combine(SandboxPath, "containers", container.Value))
        {
            Link = Path.Combine(SandboxPath, "tasks", taskId),
        };
    }
}
