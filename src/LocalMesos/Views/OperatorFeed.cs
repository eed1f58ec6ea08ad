using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;
using TaskStatus = Pipeline.Mesos.Wire.TaskStatus;

namespace Pipeline.LocalMesos.Views;

/// <summary>The operator API's SUBSCRIBE: sends every change to its subscribers (recorded in 11 and 12). The lock is held.</summary>
internal sealed class OperatorFeed
{
    private static readonly OperatorEvent Heartbeat = new() { Type = OperatorEvent.Types.Type.Heartbeat };
    private readonly MasterState state;
    private readonly MasterViews views;
    private readonly List<EventStream> streams = [];

    public OperatorFeed(MasterState state)
    {
        (this.state, views) = (state, new MasterViews(state));
        state.Changes.TaskAdded += TaskAdded;
        state.Changes.TaskUpdated += TaskUpdated;
        state.Changes.AgentAdded += AgentAdded;
        state.Changes.AgentRemoved += AgentRemoved;
        state.Changes.FrameworkAdded += FrameworkAdded;
        state.Changes.FrameworkRemoved += FrameworkRemoved;
        state.Changes.Restarting += Cut;
    }

    public EventStream Subscribe()
    {
        var stream = new EventStream(state.Time);
        stream.Send(new OperatorEvent
        {
            Type = OperatorEvent.Types.Type.Subscribed,
            Subscribed = new OperatorEvent.Types.Subscribed
            {
                GetState = views.State(), HeartbeatIntervalSeconds = EventStream.HeartbeatInterval.TotalSeconds,
            },
        });
        stream.StartHeartbeats(Heartbeat);
        streams.Add(stream);
        return stream;
    }

    public void Unsubscribe(EventStream stream) => streams.Remove(stream);

    /// <summary>Every stream breaks without an end, as if the master had died.</summary>
    private void Cut()
    {
        foreach (var stream in streams)
            stream.Cut();
        streams.Clear();
    }

    private void TaskAdded(Framework framework, MasterTask task)
    {
        if (streams.Count > 0)
            Publish(new OperatorEvent
            {
                Type = OperatorEvent.Types.Type.TaskAdded,
                TaskAdded = new OperatorEvent.Types.TaskAdded { Task = TaskView.Of(framework, task, task.State) },
            });
    }

    private void TaskUpdated(Framework framework, MasterTask task, TaskStatus status)
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

    private void AgentAdded(AgentSlot agent)
    {
        if (streams.Count == 0)
            return;
        var view = views.Agent(agent);
        view.AgentInfo.ClearCheckpoint();
        Publish(new OperatorEvent
        {
            Type = OperatorEvent.Types.Type.AgentAdded, AgentAdded = new OperatorEvent.Types.AgentAdded { Agent = view },
        });
    }

    private void AgentRemoved(AgentSlot agent) => Publish(new OperatorEvent
    {
        Type = OperatorEvent.Types.Type.AgentRemoved,
        AgentRemoved = new OperatorEvent.Types.AgentRemoved { AgentId = new AgentID { Value = agent.Id } },
    });

    private void FrameworkAdded(Framework framework)
    {
        if (streams.Count == 0)
            return;
        var view = views.Framework(framework);
        // Unlike the state, the event has no constraints, but an empty time.
        view.OfferConstraints = null;
        view.UnregisteredTime = new TimeInfo { Nanoseconds = 0 };
        Publish(new OperatorEvent
        {
            Type = OperatorEvent.Types.Type.FrameworkAdded, FrameworkAdded = new OperatorEvent.Types.FrameworkAdded { Framework = view },
        });
    }

    private void FrameworkRemoved(Framework framework) => Publish(new OperatorEvent
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
