using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Executors;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.Mesos.Wire;
using R = Pipeline.Mesos.Wire.AgentResponse.Types;

namespace Pipeline.LocalMesos.Views;

/// <summary>GET_CONTAINERS: an agent's containers with what they use (recorded in 11, 17 and 23).</summary>
internal sealed class ContainerViews(MasterState state, AgentSlot slot)
{
    // A command executor, with its container, exits this long after its task.
    private static readonly TimeSpan ExitDelay = TimeSpan.FromSeconds(1.5);
    private readonly Dictionary<ResourceStatistics, string> sandboxes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Without the usage, which <see cref="Measure"/> fills in. The lock is held.</summary>
    public R.GetContainers List(bool nested)
    {
        var exiting = slot.Agent.CompletedTasks.Where(t => t.Executor is null && state.Now - t.Ended < ExitDelay);
        var own = slot.Agent.Tasks.Where(t => t.Executor is null).Concat(exiting).Select(Container)
            .Concat(slot.Agent.Executors.Select(Container));
        return new R.GetContainers
        {
            Containers = { nested ? own.Concat(slot.Agent.Tasks.Where(t => t.Location.IsNested).Select(Nested)) : own },
        };
    }

    private R.GetContainers.Types.Container Container(AgentTask task)
    {
        var resources = task.Run.IsRunning ? ResourceSet.FromWire(task.Launch.Info.Resources) : ResourceSet.Empty;
        return Container(
            task.FrameworkId, CommandExecutorInfo.Of(task), task.Location, PidOf(task),
            Statistics(resources, CommandExecutorInfo.Cpus, CommandExecutorInfo.Memory, PidOf(task), task.Location));
    }

    private R.GetContainers.Types.Container Container(IAgentExecutor executor)
    {
        var resources = slot.Agent.Tasks.Where(t => t.Executor == executor && t.Run.IsRunning)
            .Aggregate(ResourceSet.FromWire(executor.Info.Resources), (sum, t) => sum.Plus(ResourceSet.FromWire(t.Launch.Info.Resources)));
        return Container(
            executor.FrameworkId, executor.Info, executor.Location, executor.Pid,
            Statistics(resources, 0, 0, executor.Pid, executor.Location));
    }

    private R.GetContainers.Types.Container Nested(AgentTask task)
    {
        var statistics = Statistics(ResourceSet.FromWire(task.Launch.Info.Resources), 0, 0, 0, task.Location);
        return new R.GetContainers.Types.Container
        {
            ContainerId = new ContainerID { Value = task.Location.Container.Value },
            ContainerStatus = new ContainerStatus { ContainerId = task.Location.Container, ExecutorPid = (uint)PidOf(task) },
            ResourceStatistics = statistics,
        };
    }

    private static R.GetContainers.Types.Container Container(
        string frameworkId, ExecutorInfo executor, TaskLocation location, int pid, ResourceStatistics statistics) => new()
    {
        FrameworkId = new FrameworkID { Value = frameworkId },
        ExecutorId = executor.ExecutorId,
        ExecutorName = executor.Name,
        ContainerId = location.Container,
        ContainerStatus = new ContainerStatus { ContainerId = location.Container, ExecutorPid = (uint)pid },
        ResourceStatistics = statistics,
    };

    private ResourceStatistics Statistics(ResourceSet resources, double executorCpus, long executorMiB, int pid, TaskLocation location)
    {
        var memory = (ulong)(((resources.Memory / 1000) + executorMiB) * 1024 * 1024);
        var statistics = new ResourceStatistics
        {
            Timestamp = WireTime.Seconds(state.Now),
            CpusSoftLimit = Math.Round((resources.Cpus / 1000d) + executorCpus, 3),
            MemLimitBytes = memory,
            MemSoftLimitBytes = memory,
        };
        if (pid > 0)
            (statistics.CpusUserTimeSecs, statistics.CpusSystemTimeSecs, statistics.MemRssBytes) = (0, 0, 0);
        if (resources.Disk <= 0)
            return statistics;
        statistics.DiskLimitBytes = (ulong)resources.Disk / 1000 * 1024 * 1024;
        statistics.DiskStatistics.Add(new DiskStatistics { LimitBytes = statistics.DiskLimitBytes });
        sandboxes[statistics] = location.SandboxPath;
        return statistics;
    }

    /// <summary>Fills in what the processes and sandboxes use. The lock is not held.</summary>
    public R.GetContainers Measure(R.GetContainers containers)
    {
        foreach (var container in containers.Containers)
        {
            var statistics = container.ResourceStatistics;
            if (statistics.HasMemRssBytes)
            {
                var used = ProcessUsage.OfSession((int)container.ContainerStatus.ExecutorPid);
                (statistics.CpusUserTimeSecs, statistics.CpusSystemTimeSecs) = (used.UserSeconds, used.SystemSeconds);
                statistics.MemRssBytes = used.ResidentBytes;
            }

            if (sandboxes.TryGetValue(statistics, out var sandbox))
                statistics.DiskUsedBytes = statistics.DiskStatistics[0].UsedBytes = ProcessUsage.DiskBytes(sandbox);
        }

        return containers;
    }

    private static int PidOf(AgentTask task) =>
        (int)(task.Statuses.LastOrDefault(s => s.ContainerStatus is not null)?.ContainerStatus.ExecutorPid ?? 0);
}
