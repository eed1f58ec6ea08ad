using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>What an agent is made of: machines that run processes (<see cref="RealTasks"/>), or nothing at all
/// (<see cref="VirtualTasks"/>).</summary>
internal interface ITaskLauncher
{
    /// <summary>True when tasks have no sandbox and no executor of their own.</summary>
    bool IsVirtual { get; }

    /// <summary>How many ended tasks an agent remembers.</summary>
    int CompletedKept { get; }

    ITaskRun Make(Agent agent, TaskStart start, TaskPlace place, Action<W.TaskStatus> report);
}

/// <summary>Tasks are processes of this machine.</summary>
internal sealed class RealTasks(AgentContext context) : ITaskLauncher
{
    public bool IsVirtual => false;

    public int CompletedKept => 200;

    public ITaskRun Make(Agent agent, TaskStart start, TaskPlace place, Action<W.TaskStatus> report) =>
        new TaskRun(context, agent.Identity, agent.Endpoint, start, place, report);
}
