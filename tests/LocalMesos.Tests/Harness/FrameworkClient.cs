using Google.Protobuf;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.Call.Types.Type;
using Capability = Pipeline.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Pipeline.Mesos.Wire.Event.Types.Type;

namespace Pipeline.LocalMesos.Tests.Harness;

/// <summary>A framework that calls a master directly and reads its stream of events.</summary>
internal sealed class FrameworkClient(MasterNode master)
{
    private EventStream stream = null!;

    public string Id { get; private set; } = "";

    public EventStream Stream => stream;

    /// <summary>Everything that came so far.</summary>
    public List<W.Event> Events { get; } = [];

    public Framework Framework => master.State.Frameworks[Id];

    public static W.FrameworkInfo Info(string role) => new()
    {
        User = "root", Name = "test", Roles = { role }, FailoverTimeout = 60, Checkpoint = true,
        Capabilities =
        {
            new W.FrameworkInfo.Types.Capability { Type = Capability.MultiRole },
            new W.FrameworkInfo.Types.Capability { Type = Capability.PartitionAware },
            new W.FrameworkInfo.Types.Capability { Type = Capability.TaskKillingState },
            new W.FrameworkInfo.Types.Capability { Type = Capability.ReservationRefinement },
        },
    };

    public void Subscribe(string role = "web", Action<W.FrameworkInfo>? change = null, string? id = null)
    {
        var info = Info(role);
        if (id is not null)
            info.Id = new W.FrameworkID { Value = id };
        change?.Invoke(info);
        stream = master.Subscriptions.Subscribe(new W.Call.Types.Subscribe { FrameworkInfo = info });
        Id = All(EventType.Subscribed).LastOrDefault()?.Subscribed.FrameworkId.Value ?? "";
    }

    public void Disconnect() => master.Subscriptions.Disconnected(stream);

    public List<W.Event> All(EventType type)
    {
        while (stream.Events.TryRead(out var e))
            Events.Add((W.Event)e);
        return Events.FindAll(e => e.Type == type);
    }

    /// <summary>Of every OFFERS event so far.</summary>
    public List<W.Offer> Offers() => [.. All(EventType.Offers).SelectMany(e => e.Offers.Offers_)];

    public List<W.TaskStatus> Updates(string? taskId = null) =>
        [.. All(EventType.Update).Select(e => e.Update.Status).Where(s => taskId is null || s.TaskId.Value == taskId)];

    public List<W.TaskState> States(string taskId) => [.. Updates(taskId).Select(s => s.State)];

    /// <summary>Acknowledges every update until no new one comes.</summary>
    public void AcknowledgeAll()
    {
        for (var done = 0; done < Updates().Count; done++)
        {
            var status = Updates()[done];
            if (status.HasUuid)
                Call(CallType.Acknowledge, c => c.Acknowledge = new W.Call.Types.Acknowledge
                {
                    AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid,
                });
        }
    }

    public void Acknowledge(W.TaskStatus status, ByteString? uuid = null) => Call(CallType.Acknowledge, c =>
        c.Acknowledge = new W.Call.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = uuid ?? status.Uuid });

    public void Call(CallType type, Action<W.Call>? fill = null)
    {
        var call = new W.Call { Type = type, FrameworkId = new W.FrameworkID { Value = Id } };
        fill?.Invoke(call);
        master.Calls.Handle(Framework, call);
    }

    public void Decline(W.Offer offer, double seconds) => Call(CallType.Decline, c => c.Decline = new W.Call.Types.Decline
    {
        OfferIds = { offer.Id }, Filters = new W.Filters { RefuseSeconds = seconds },
    });

    /// <summary>Launches on an offer; what is left of it may be offered again at once.</summary>
    public void Launch(W.Offer offer, params W.TaskInfo[] tasks) => Accept([offer], new W.Offer.Types.Operation
    {
        Type = W.Offer.Types.Operation.Types.Type.Launch,
        Launch = new W.Offer.Types.Operation.Types.Launch { TaskInfos = { tasks } },
    });

    public void Accept(IEnumerable<W.Offer> offers, params W.Offer.Types.Operation[] operations) => Call(CallType.Accept, c =>
        c.Accept = new W.Call.Types.Accept
        {
            OfferIds = { offers.Select(o => o.Id) }, Operations = { operations }, Filters = new W.Filters { RefuseSeconds = 0 },
        });

    public void Kill(string taskId) => Call(
        CallType.Kill, c => c.Kill = new W.Call.Types.Kill { TaskId = new W.TaskID { Value = taskId } });

    public void Reconcile(params (string Task, string? Agent)[] tasks) => Call(CallType.Reconcile, c =>
        c.Reconcile = new W.Call.Types.Reconcile
        {
            Tasks =
            {
                tasks.Select(t => new W.Call.Types.Reconcile.Types.Task
                {
                    TaskId = new W.TaskID { Value = t.Task }, AgentId = t.Agent is null ? null : new W.AgentID { Value = t.Agent },
                }),
            },
        });
}
