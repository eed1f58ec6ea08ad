using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using Source = Pipeline.Mesos.Wire.TaskStatus.Types.Source;

namespace Pipeline.LocalMesos.Tasks;

/// <summary>
/// Creates the statuses of one task as a real agent and executor do, and remembers the latest. Nothing follows a terminal status.
/// The cluster's lock is held.
/// </summary>
internal sealed class StatusReporter(
    TimeProvider time, string agentId, TaskLaunch launch, TaskLocation location, Action<W.TaskStatus> report)
{
    public W.TaskState State { get; private set; } = W.TaskState.TaskStaging;

    public bool IsTerminal => State.IsTerminal();

    public W.TaskStatus? Last { get; private set; }

    /// <summary>While true, nothing is reported.</summary>
    public bool IsSilent { get; set; }

    /// <summary>0 while there is no process.</summary>
    public int Pid { get; set; }

    /// <summary>The result of a general check: part of every status of a task that has one.</summary>
    public W.CheckStatusInfo? Check { get; set; }

    public void Report(W.TaskState state, Source source, string? message = null, Reason? reason = null, bool? healthy = null)
    {
        if (IsSilent || IsTerminal)
            return;
        var status = new W.TaskStatus
        {
            TaskId = launch.Info.TaskId,
            State = state,
            Source = source,
            ExecutorId = new W.ExecutorID { Value = location.ExecutorId },
            Timestamp = WireTime.Seconds(time.GetUtcNow()),
            Uuid = Ids.UpdateUuid(),
        };
        if (message is not null)
            status.Message = message;
        if (reason is { } r)
            status.Reason = r;
        if (healthy is { } h)
            status.Healthy = h;
        if (source == Source.Executor && Check is not null)
            status.CheckStatus = Check.Clone();
        Forward(status);
    }

    /// <summary>Reports a status of a custom executor, completed by what only the agent knows.</summary>
    public void Forward(W.TaskStatus status)
    {
        if (IsSilent || IsTerminal)
            return;
        State = status.State;
        status.AgentId = new W.AgentID { Value = agentId };
        if (status.Source == Source.Executor)
            status.ContainerStatus = Container(status.State);
        Last = status;
        report(status);
    }

    /// <summary>Reports the failure even when silent, and nothing after it.</summary>
    public void ReportExecutorTerminated()
    {
        IsSilent = false;
        Report(W.TaskState.TaskFailed, Source.Agent, "Executor terminated", Reason.ExecutorTerminated);
        IsSilent = true;
    }

    private W.ContainerStatus Container(W.TaskState state)
    {
        var container = new W.ContainerStatus { ContainerId = location.Container };
        // A nested container has an address and a process only while it runs (recorded in 17).
        if (location.IsNested && (state == W.TaskState.TaskStarting || state.IsTerminal()))
            return container;
        container.NetworkInfos.Add(new W.NetworkInfo
        {
            IpAddresses = { new W.NetworkInfo.Types.IPAddress { Protocol = W.NetworkInfo.Types.Protocol.Ipv4, IpAddress = "127.0.0.1" } },
        });
        if (Pid > 0)
            container.ExecutorPid = (uint)Pid;
        return container;
    }
}
