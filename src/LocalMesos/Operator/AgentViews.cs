using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.AgentResponse.Types;
using WireTask = Pipeline.Mesos.Wire.Task;

namespace Pipeline.LocalMesos.Operator;

/// <summary>An agent's state as its own API shows it (recorded in 11, 17 and 23). The lock is held.</summary>
internal sealed class AgentViews(MasterState state, AgentSlot slot, Views views)
{
    // A command executor lingers that long after its task, and has these resources of its own.
    private static readonly TimeSpan Lingers = TimeSpan.FromSeconds(1.5);
    private const double OwnCpus = 0.1;
    private const long OwnMemoryMiB = 32;
    private const int LongestCommand = 15;
    private const int CommandShown = 12;
    private readonly Dictionary<ResourceStatistics, string> sandboxes = new(ReferenceEqualityComparer.Instance);

    public R.GetState State() => new() { GetTasks = Tasks(), GetExecutors = Executors(), GetFrameworks = Frameworks() };

    public R.GetAgent Agent() => new() { AgentInfo = views.Own(slot), DrainConfig = slot.Drain?.Config };

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
        var active = slot.Agent.Tasks.Select(t => t.Start.FrameworkId).Distinct().ToList();
        var gone = slot.Agent.CompletedTasks.Select(t => t.Start.FrameworkId).Distinct().Where(f => !active.Contains(f)).ToList();
        return new R.GetFrameworks { Frameworks = { active.Select(FrameworkOf) }, CompletedFrameworks = { gone.Select(FrameworkOf) } };
    }

    public R.GetExecutors Executors() => new()
    {
        Executors =
        {
            slot.Agent.Tasks.Where(t => t.Executor is null).Select(CommandExecutor)
                .Concat(slot.Agent.Executors.Select(e => e.Info)).Select(Executor),
        },
        CompletedExecutors = { slot.Agent.CompletedTasks.Where(t => t.Executor is null).Select(CommandExecutor).Select(Executor) },
    };

    /// <summary>Without what has to be measured: see <see cref="Measure"/>.</summary>
    public R.GetContainers Containers(bool nested)
    {
        var lingering = slot.Agent.CompletedTasks.Where(t => t.Executor is null && state.Now - t.Ended < Lingers);
        var own = slot.Agent.Tasks.Where(t => t.Executor is null).Concat(lingering).Select(Container)
            .Concat(slot.Agent.Executors.Select(Container));
        return new R.GetContainers
        {
            Containers = { nested ? own.Concat(slot.Agent.Tasks.Where(t => t.Place.IsNested).Select(Nested)) : own },
        };
    }

    private R.GetContainers.Types.Container Container(AgentTask task)
    {
        var resources = task.Run.IsRunning ? ResourceSet.FromWire(task.Start.Info.Resources) : ResourceSet.Empty;
        return Container(
            task.Start.FrameworkId, CommandExecutor(task), task.Place, PidOf(task),
            Statistics(resources, OwnCpus, OwnMemoryMiB, PidOf(task), task.Place));
    }

    private R.GetContainers.Types.Container Container(IAgentExecutor executor)
    {
        var resources = slot.Agent.Tasks.Where(t => t.Executor == executor && t.Run.IsRunning)
            .Aggregate(ResourceSet.FromWire(executor.Info.Resources), (sum, t) => sum.Plus(ResourceSet.FromWire(t.Start.Info.Resources)));
        return Container(
            executor.FrameworkId, executor.Info, executor.Place, executor.Pid, Statistics(resources, 0, 0, executor.Pid, executor.Place));
    }

    private R.GetContainers.Types.Container Nested(AgentTask task)
    {
        var statistics = Statistics(ResourceSet.FromWire(task.Start.Info.Resources), 0, 0, 0, task.Place);
        return new R.GetContainers.Types.Container
        {
            ContainerId = new ContainerID { Value = task.Place.Container.Value },
            ContainerStatus = new ContainerStatus { ContainerId = task.Place.Container, ExecutorPid = (uint)PidOf(task) },
            ResourceStatistics = statistics,
        };
    }

    private static R.GetContainers.Types.Container Container(
        string frameworkId, ExecutorInfo executor, TaskPlace place, int pid, ResourceStatistics statistics) => new()
    {
        FrameworkId = new FrameworkID { Value = frameworkId },
        ExecutorId = executor.ExecutorId,
        ExecutorName = executor.Name,
        ContainerId = place.Container,
        ContainerStatus = new ContainerStatus { ContainerId = place.Container, ExecutorPid = (uint)pid },
        ResourceStatistics = statistics,
    };

    private ResourceStatistics Statistics(ResourceSet resources, double moreCpus, long moreMiB, int pid, TaskPlace place)
    {
        var memory = (ulong)(((resources.Memory / 1000) + moreMiB) * 1024 * 1024);
        var statistics = new ResourceStatistics
        {
            Timestamp = (state.Now - DateTimeOffset.UnixEpoch).TotalSeconds,
            CpusSoftLimit = Math.Round((resources.Cpus / 1000d) + moreCpus, 3),
            MemLimitBytes = memory,
            MemSoftLimitBytes = memory,
        };
        if (pid > 0)
            (statistics.CpusUserTimeSecs, statistics.CpusSystemTimeSecs, statistics.MemRssBytes) = (0, 0, 0);
        if (resources.Disk <= 0)
            return statistics;
        statistics.DiskLimitBytes = (ulong)resources.Disk / 1000 * 1024 * 1024;
        statistics.DiskStatistics.Add(new DiskStatistics { LimitBytes = statistics.DiskLimitBytes });
        sandboxes[statistics] = place.SandboxPath;
        return statistics;
    }

    /// <summary>Fills in what the processes and sandboxes use; the lock is not held.</summary>
    public R.GetContainers Measure(R.GetContainers containers)
    {
        foreach (var container in containers.Containers)
        {
            var statistics = container.ResourceStatistics;
            if (statistics.HasMemRssBytes)
            {
                var used = ProcessUsage.Of((int)container.ContainerStatus.ExecutorPid);
                (statistics.CpusUserTimeSecs, statistics.CpusSystemTimeSecs) = (used.UserSeconds, used.SystemSeconds);
                statistics.MemRssBytes = used.Bytes;
            }

            if (sandboxes.TryGetValue(statistics, out var sandbox))
                statistics.DiskUsedBytes = statistics.DiskStatistics[0].UsedBytes = ProcessUsage.DiskOf(sandbox);
        }

        return containers;
    }

    private static int PidOf(AgentTask task) =>
        (int)(task.Statuses.LastOrDefault(s => s.ContainerStatus is not null)?.ContainerStatus.ExecutorPid ?? 0);

    private static R.GetExecutors.Types.Executor Executor(ExecutorInfo info) => new() { ExecutorInfo = info };

    private static ExecutorInfo CommandExecutor(AgentTask task)
    {
        var id = task.Start.Info.TaskId.Value;
        var command = task.Start.Info.Command;
        var words = command.Shell ? $"sh -c '{command.Value}'" : string.Join(' ', command.Arguments.Prepend(command.Value));
        var shown = command.Shell && command.Value.Length > LongestCommand ? $"sh -c '{command.Value[..CommandShown]}...')" : words + ")";
        return new ExecutorInfo
        {
            ExecutorId = new ExecutorID { Value = id },
            FrameworkId = new FrameworkID { Value = task.Start.FrameworkId },
            Command = new CommandInfo { Shell = false, Value = "mesos-executor", Arguments = { "mesos-executor" } },
            Resources = { ResourceSet.Parse($"cpus:{OwnCpus};mem:{OwnMemoryMiB}").ToWire(task.Start.Role, withRole: false) },
            Name = $"Command Executor (Task: {id}) (Command: {shown}",
            Source = id,
            Labels = task.Start.Info.Labels,
        };
    }

    private WireTask TaskOf(AgentTask task)
    {
        var info = task.Start.Info;
        var wire = new WireTask
        {
            Name = info.Name,
            TaskId = info.TaskId,
            FrameworkId = new FrameworkID { Value = task.Start.FrameworkId },
            AgentId = info.AgentId,
            State = task.State,
            Resources = { ResourceSet.FromWire(info.Resources).ToWire(task.Start.Role, withRole: false) },
            Statuses = { task.Statuses },
            Labels = info.Labels,
            Discovery = info.Discovery,
            Container = info.Container,
            HealthCheck = info.HealthCheck,
            KillPolicy = info.KillPolicy,
        };
        if (task.Executor is not null)
            wire.ExecutorId = new ExecutorID { Value = task.Place.ExecutorId };
        if (task.Statuses.Count == 0)
            return wire;
        (wire.StatusUpdateState, wire.StatusUpdateUuid) = (task.Statuses[^1].State, task.Statuses[^1].Uuid);
        return wire;
    }

    private R.GetFrameworks.Types.Framework FrameworkOf(string id) => new()
    {
        FrameworkInfo = state.Frameworks.GetValueOrDefault(id)?.Info
            ?? state.CompletedFrameworks.Find(f => f.Id == id)?.Info
            ?? slot.Agent.Tasks.Concat(slot.Agent.CompletedTasks).First(t => t.Start.FrameworkId == id).Start.Framework,
    };
}
