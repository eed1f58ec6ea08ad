using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using Source = Pipeline.Mesos.Wire.TaskStatus.Types.Source;

namespace Pipeline.LocalMesos.Agents;

/// <summary>Makes the statuses of one task as a real agent and executor do, and remembers the last. The cluster's lock is held.</summary>
internal sealed class StatusReporter(TimeProvider time, string agentId, TaskStart start, TaskPlace place, Action<W.TaskStatus> report)
{
    public W.TaskState State { get; private set; } = W.TaskState.TaskStaging;

    public W.TaskStatus? Last { get; private set; }

    public bool IsSilent { get; set; }

    /// <summary>0 while there is no process.</summary>
    public int Pid { get; set; }

    /// <summary>The result of a general check: part of every status of a task that has one.</summary>
    public W.CheckStatusInfo? Check { get; set; }

    public void Report(W.TaskState state, Source source, string? message = null, Reason? reason = null, bool? healthy = null)
    {
        if (IsSilent || State.IsTerminal())
            return;
        var status = new W.TaskStatus
        {
            TaskId = start.Info.TaskId,
            State = state,
            Source = source,
            ExecutorId = new W.ExecutorID { Value = place.ExecutorId },
            Timestamp = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds,
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
        Pass(status);
    }

    /// <summary>What an executor says, completed by what only the agent knows.</summary>
    public void Pass(W.TaskStatus status)
    {
        if (IsSilent || State.IsTerminal())
            return;
        State = status.State;
        status.AgentId = new W.AgentID { Value = agentId };
        if (status.Source == Source.Executor)
            status.ContainerStatus = Container(status.State);
        Last = status;
        report(status);
    }

    private W.ContainerStatus Container(W.TaskState state)
    {
        // What a nested container has is known only while it runs (recorded in 17).
        if (place.IsNested && (state == W.TaskState.TaskStarting || state.IsTerminal()))
            return new W.ContainerStatus { ContainerId = place.Container };
        var container = new W.ContainerStatus
        {
            ContainerId = place.Container,
            NetworkInfos =
            {
                new W.NetworkInfo
                {
                    IpAddresses = { new W.NetworkInfo.Types.IPAddress { Protocol = W.NetworkInfo.Types.Protocol.Ipv4, IpAddress = "127.0.0.1" } },
                },
            },
        };
        if (Pid > 0)
            container.ExecutorPid = (uint)Pid;
        return container;
    }
}
