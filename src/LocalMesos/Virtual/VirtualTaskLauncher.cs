using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>Tasks are timers: nothing is fetched, started or written.</summary>
internal sealed class VirtualTaskLauncher(AgentContext context, RandomFaults faults) : ITaskLauncher
{
    public bool IsVirtual => true;

    // Ten thousand agents that remember as much as real ones would hold two million tasks.
    public int MaxCompletedTasks => 2;

    public ITaskRun Create(AgentIdentity agent, string endpoint, TaskLaunch launch, TaskLocation location, Action<W.TaskStatus> report) =>
        new VirtualTask(context, launch, new StatusReporter(context.Time, agent.Id, launch, location, report), faults);
}
