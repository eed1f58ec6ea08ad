using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>Tasks that only a clock runs: nothing is fetched, started or written.</summary>
internal sealed class VirtualTasks(AgentContext context, Dice dice) : ITaskLauncher
{
    public bool IsVirtual => true;

    // Ten thousand agents with the memory of real ones would hold two million tasks.
    public int CompletedKept => 2;

    public ITaskRun Make(Agent agent, TaskStart start, TaskPlace place, Action<W.TaskStatus> report) =>
        new VirtualTask(context, start, new StatusReporter(context.Time, agent.Identity.Id, start, place, report), dice);
}
