using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Resources;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.AgentResponse.Types;
using WireTask = Pipeline.Mesos.Wire.Task;

namespace Pipeline.LocalMesos.Views;

/// <summary>An agent's state as its own API shows it (recorded in 11, 17 and 23). The lock is held.</summary>
internal sealed class AgentViews(MasterState state, AgentSlot slot)
{
    public R.GetState State() => new() { GetTasks = Tasks(), GetExecutors = Executors(), GetFrameworks = Frameworks() };

    public R.GetAgent Agent() => new() { AgentInfo = MasterViews.InfoByAgent(slot), DrainConfig = slot.Drain?.Config };

    public R.GetTasks Tasks()
    {
        var tasks = slot.Agent.Tasks;
        return new R.GetTasks
        {
            QueuedTasks = { tasks.Where(t => t.Run.IsRunning && t.Statuses.Count == 0).Select(TaskOf) },
            LaunchedTasks = { tasks.Where(t => t.Run.IsRunning && t.Statuses.Count > 0).Select(TaskOf) },
            TerminatedTasks = { tasks.Where(t => !t.Run.IsRunning).Select(TaskOf) },
            CompletedTasks = { slot.Agent.CompletedTasks.Select(TaskOf) },
        };
    }

    public R.GetFrameworks Frameworks()
    {
        var active = slot.Agent.Tasks.Select(t => t.FrameworkId).Distinct().ToList();
        var gone = slot.Agent.CompletedTasks.Select(t => t.FrameworkId).Distinct().Where(f => !active.Contains(f)).ToList();
        return new R.GetFrameworks { Frameworks = { active.Select(FrameworkOf) }, CompletedFrameworks = { gone.Select(FrameworkOf) } };
    }

    public R.GetExecutors Executors() => new()
    {
        Executors =
        {
            slot.Agent.Tasks.Where(t => t.Executor is null).Select(CommandExecutorInfo.Of)
                .Concat(slot.Agent.Executors.Select(e => e.Info)).Select(View),
        },
        CompletedExecutors = { slot.Agent.CompletedTasks.Where(t => t.Executor is null).Select(CommandExecutorInfo.Of).Select(View) },
    };

    private static R.GetExecutors.Types.Executor View(ExecutorInfo info) => new() { ExecutorInfo = info };

    private static WireTask TaskOf(AgentTask task)
    {
        var info = task.Launch.Info;
        var wire = new WireTask
        {
            Name = info.Name,
            TaskId = info.TaskId,
            FrameworkId = new FrameworkID { Value = task.Launch.FrameworkId },
            AgentId = info.AgentId,
            State = task.State,
            Resources = { ResourceSet.FromWire(info.Resources).ToWire(task.Launch.Role, withRole: false) },
            Statuses = { task.Statuses },
            Labels = info.Labels,
            Discovery = info.Discovery,
            Container = info.Container,
            HealthCheck = info.HealthCheck,
            KillPolicy = info.KillPolicy,
        };
        if (task.Executor is not null)
            wire.ExecutorId = new ExecutorID { Value = task.Location.ExecutorId };
        if (task.Statuses.Count == 0)
            return wire;
        (wire.StatusUpdateState, wire.StatusUpdateUuid) = (task.Statuses[^1].State, task.Statuses[^1].Uuid);
        return wire;
    }

    private R.GetFrameworks.Types.Framework FrameworkOf(string id) => new()
    {
        FrameworkInfo = state.Frameworks.GetValueOrDefault(id)?.Info
            ?? state.CompletedFrameworks.Find(f => f.Id == id)?.Info
            ?? slot.Agent.Tasks.Concat(slot.Agent.CompletedTasks).First(t => t.FrameworkId == id).Launch.Framework,
    };
}
