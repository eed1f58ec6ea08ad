using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>Publishes changes of the master's state to whoever watches it. The lock is held.</summary>
internal sealed class MasterChanges
{
    public event Action<Framework, MasterTask>? TaskAdded;

    public event Action<Framework, MasterTask, W.TaskStatus>? TaskUpdated;

    public event Action<AgentSlot>? AgentAdded;

    public event Action<AgentSlot>? AgentRemoved;

    public event Action<Framework>? FrameworkAdded;

    public event Action<Framework>? FrameworkRemoved;

    /// <summary>The master's process dies, without an event to subscribers.</summary>
    public event Action? Restarting;

    public void OnTaskAdded(Framework framework, MasterTask task) => TaskAdded?.Invoke(framework, task);

    public void OnTaskUpdated(Framework framework, MasterTask task, W.TaskStatus status) => TaskUpdated?.Invoke(framework, task, status);

    public void OnAgentAdded(AgentSlot agent) => AgentAdded?.Invoke(agent);

    public void OnAgentRemoved(AgentSlot agent) => AgentRemoved?.Invoke(agent);

    public void OnFrameworkAdded(Framework framework) => FrameworkAdded?.Invoke(framework);

    public void OnFrameworkRemoved(Framework framework) => FrameworkRemoved?.Invoke(framework);

    public void OnRestarting() => Restarting?.Invoke();
}
