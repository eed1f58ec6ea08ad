using Google.Protobuf;
using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master.Allocation;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>What agents report to the master. The lock is held.</summary>
internal sealed class AgentReports(MasterState state, Allocator allocator) : IMasterLink
{
    public void StateChanged(string agentId, string frameworkId, W.TaskStatus status)
    {
        if (TaskOf(frameworkId, status) is not { State: var before } task || before.IsTerminal())
            return;
        (task.State, task.Latest) = (status.State, status);
        if (!status.State.IsTerminal() || state.Agent(agentId) is not { } agent)
            return;
        agent.Free = agent.Free.Plus(task.Resources);
        allocator.AllocateFreed();
    }

    public void SendUpdate(string agentId, string frameworkId, W.TaskStatus status)
    {
        if (!state.Frameworks.TryGetValue(frameworkId, out var framework))
            return;
        if (TaskOf(frameworkId, status) is { } task && task.LastSent?.Uuid != status.Uuid && task.LastSent?.State.IsTerminal() != true)
        {
            task.LastSent = status;
            task.Record(status);
            state.Changes.OnTaskUpdated(framework, task, status);
        }

        framework.Send(Statuses.Update(status));
    }

    public void ExecutorEnded(string agentId, string frameworkId, string executorId, int status)
    {
        if (!state.Frameworks.TryGetValue(frameworkId, out var framework)
            || !framework.Executors.Remove((agentId, executorId), out var executor))
            return;
        if (state.Agent(agentId) is { } agent)
            agent.Free = agent.Free.Plus(executor.Resources);
        framework.Send(new W.Event
        {
            Type = W.Event.Types.Type.Failure,
            Failure = new W.Event.Types.Failure
            {
                AgentId = new W.AgentID { Value = agentId }, ExecutorId = new W.ExecutorID { Value = executorId }, Status = status,
            },
        });
        allocator.AllocateFreed();
    }

    public void SendMessage(string agentId, string frameworkId, string executorId, ByteString data)
    {
        if (state.Frameworks.TryGetValue(frameworkId, out var framework))
            framework.Send(new W.Event
            {
                Type = W.Event.Types.Type.Message,
                Message = new W.Event.Types.Message
                {
                    AgentId = new W.AgentID { Value = agentId }, ExecutorId = new W.ExecutorID { Value = executorId }, Data = data,
                },
            });
    }

    private MasterTask? TaskOf(string frameworkId, W.TaskStatus status) =>
        state.Frameworks.GetValueOrDefault(frameworkId)?.Tasks.GetValueOrDefault(status.TaskId.Value);
}
