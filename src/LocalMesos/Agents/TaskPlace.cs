using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>Where on an agent a task runs: its executor, container and sandbox. A task of a group is nested in its executor's.</summary>
internal sealed record TaskPlace(string ExecutorId, W.ContainerID Container, string SandboxPath)
{
    public bool IsNested => Container.Parent is not null;

    /// <summary>A container of its own; a command task's executor has the task's id.</summary>
    public static TaskPlace Own(string workDirectory, string agentId, string frameworkId, string executorId)
    {
        var container = new W.ContainerID { Value = Ids.Uuid() };
        return new TaskPlace(executorId, container, Sandbox.PathOf(workDirectory, agentId, frameworkId, executorId, container.Value));
    }

    /// <summary>Inside the executor's container; <c>tasks/ID</c> of its sandbox leads there.</summary>
    public TaskPlace Nested(string taskId)
    {
        var container = new W.ContainerID { Value = Ids.Uuid(), Parent = Container };
        return new TaskPlace(ExecutorId, container, Path.Combine(SandboxPath, "containers", container.Value))
        {
            Link = Path.Combine(SandboxPath, "tasks", taskId),
        };
    }

    /// <summary>Another name of the sandbox of a nested container.</summary>
    public string? Link { get; private init; }
}
