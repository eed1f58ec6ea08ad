using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>Tasks are processes and containers of this machine.</summary>
internal sealed class CommandTaskLauncher(AgentContext context) : ITaskLauncher
{
    public bool IsVirtual => false;

    public int MaxCompletedTasks => 200;

    public ITaskRun Create(AgentIdentity agent, string endpoint, TaskLaunch launch, TaskLocation location, Action<W.TaskStatus> report) =>
        new CommandTask(context, agent, endpoint, launch, location, report);
}
