using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>What the tasks of an agent are: processes and containers of this machine, or timers only.</summary>
internal interface ITaskLauncher
{
    /// <summary>True when tasks have no sandbox and no executor of their own.</summary>
    bool IsVirtual { get; }

    /// <summary>How many ended tasks an agent remembers.</summary>
    int MaxCompletedTasks { get; }

    /// <param name="endpoint">Of the agent, <c>host:port</c>.</param>
    ITaskRun Create(AgentIdentity agent, string endpoint, TaskLaunch launch, TaskLocation location, Action<W.TaskStatus> report);
}
