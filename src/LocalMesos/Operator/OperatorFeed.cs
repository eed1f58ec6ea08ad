using Pipeline.LocalMesos.Master;
using Pipeline.Mesos.Wire;
using TaskStatus = Pipeline.Mesos.Wire.TaskStatus;

namespace Pipeline.LocalMesos.Operator;

/// <summary>The operator API's SUBSCRIBE: what changes, to everybody who watches (recorded in 11 and 12). The lock is held.</summary>
public sealed class OperatorFeed(MasterState state)
{
    private static readonly OperatorEvent Heartbeat = new() { Type = OperatorEvent.Types.Type.Heartbeat };
    private readonly List<EventStream> streams = [];

    /// <summary>Set once, when the master is put together.</summary>
    public Allocator Allocator { get; set; } = null!;

    public EventStream Subscribe()
    {
        var stream = new EventStream(state.Time);
        stream.Send(new OperatorEvent
        {
            Type = OperatorEvent.Types.Type.Subscribed,
            Subscribed = new OperatorEvent.Types.Subscribed
            {
                GetState = new Views(state, Allocator).State(), HeartbeatIntervalSeconds = EventStream.HeartbeatInterval.TotalSeconds,
            },
        });
        stream.StartHeartbeats(Heartbeat);
        streams.Add(stream);
        return stream;
    }

    public void Unsubscribe(EventStream stream) => streams.Remove(stream);

    public void Cut()
    {
        foreach (var stream in streams)
            stream.Cut();
        streams.Clear();
    }

    public void TaskAdded(Framework framework, MasterTask task)
    {
        if (streams.Count > 0)
            Publish(new OperatorEvent
            {
                Type = OperatorEvent.Types.Type.TaskAdded,
                TaskAdded = new OperatorEvent.Types.TaskAdded { Task = Views.TaskOf(framework, task, task.State) },
            });
    }

    public void TaskUpdated(Framework framework, MasterTask task, TaskStatus status)
    {
        if (streams.Count > 0)
            Publish(new OperatorEvent
            {
                Type = OperatorEvent.Types.Type.TaskUpdated,
                TaskUpdated = new OperatorEvent.Types.TaskUpdated
                {
                    FrameworkId = new FrameworkID { Value = framework.Id }, Status = status,
                    State = task.UnreachableSince is null ? task.State : status.State,
                },
            });
    }

    public void AgentAdded(AgentSlot agent)
    {
        if (streams.Count == 0)
            return;
        var view = new Views(state, Allocator).Agent(agent);
        view.AgentInfo.ClearCheckpoint();
        Publish(new OperatorEvent
        {
            Type = OperatorEvent.Types.Type.AgentAdded, AgentAdded = new OperatorEvent.Types.AgentAdded { Agent = view },
        });
    }

    public void AgentRemoved(AgentSlot agent) => Publish(new OperatorEvent
    {
        Type = OperatorEvent.Types.Type.AgentRemoved,
        AgentRemoved = new OperatorEvent.Types.AgentRemoved { AgentId = new AgentID { Value = agent.Id } },
    });

    public void FrameworkAdded(Framework framework)
    {
        if (streams.Count == 0)
            return;
        var view = new Views(state, Allocator).Framework(framework);
        // The event has them otherwise than the state: no constraints, and a time that is not yet.
        view.OfferConstraints = null;
        view.UnregisteredTime = new TimeInfo { Nanoseconds = 0 };
        Publish(new OperatorEvent
        {
            Type = OperatorEvent.Types.Type.FrameworkAdded, FrameworkAdded = new OperatorEvent.Types.FrameworkAdded { Framework = view },
        });
    }

    public void FrameworkRemoved(Framework framework) => Publish(new OperatorEvent
    {
        Type = OperatorEvent.Types.Type.FrameworkRemoved,
        FrameworkRemoved = new OperatorEvent.Types.FrameworkRemoved { FrameworkInfo = framework.Info },
    });

    private void Publish(OperatorEvent e)
    {
        foreach (var stream in streams)
            stream.Send(e);
    }
}
