using Google.Protobuf;
using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Client.Mapping;

/// <summary>From our calls to the wire's.</summary>
internal static class CallMapping
{
    public static Call Subscribe(FrameworkDescription f)
    {
        var info = new FrameworkInfo
        {
            User = f.User,
            Name = f.Name,
            FailoverTimeout = f.FailoverTimeout.TotalSeconds,
            Checkpoint = true,
            Hostname = f.Hostname,
            Roles = { f.Role },
            Capabilities =
            {
                new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.PartitionAware },
                new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.TaskKillingState },
                new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole },
            },
        };
        if (f.Principal is not null)
            info.Principal = f.Principal;
        if (f.WebUiUrl is not null)
            info.WebuiUrl = f.WebUiUrl;
        var call = new Call { Type = Call.Types.Type.Subscribe, Subscribe = new Call.Types.Subscribe { FrameworkInfo = info } };
        if (f.StartSuppressed)
            call.Subscribe.SuppressedRoles.Add(f.Role);
        if (f.FrameworkId is null)
            return call;
        // Both places, or the master refuses (recorded in 08).
        call.FrameworkId = new FrameworkID { Value = f.FrameworkId };
        info.Id = call.FrameworkId;
        return call;
    }

    public static Call From(MasterCall call, string frameworkId)
    {
        var wire = Body(call);
        wire.FrameworkId = new FrameworkID { Value = frameworkId };
        return wire;
    }

    private static Call Body(MasterCall call) => call switch
    {
        AcceptOffers c => new Call { Type = Call.Types.Type.Accept, Accept = Accept(c) },
        DeclineOffers c => new Call
        {
            Type = Call.Types.Type.Decline,
            Decline = new Call.Types.Decline { OfferIds = { Ids(c.OfferIds) }, Filters = Refuse(c.Refuse) },
        },
        AcceptInverseOffers c => new Call
        {
            Type = Call.Types.Type.AcceptInverseOffers,
            AcceptInverseOffers = new Call.Types.AcceptInverseOffers { InverseOfferIds = { Ids(c.OfferIds) }, Filters = Refuse(c.Refuse) },
        },
        DeclineInverseOffers c => new Call
        {
            Type = Call.Types.Type.DeclineInverseOffers,
            DeclineInverseOffers = new Call.Types.DeclineInverseOffers { InverseOfferIds = { Ids(c.OfferIds) },
                Filters = Refuse(c.Refuse) },
        },
        ReviveOffers { Roles.Count: 0 } => new Call { Type = Call.Types.Type.Revive },
        ReviveOffers c => new Call { Type = Call.Types.Type.Revive, Revive = new Call.Types.Revive { Roles = { c.Roles } } },
        SuppressOffers { Roles.Count: 0 } => new Call { Type = Call.Types.Type.Suppress },
        SuppressOffers c => new Call { Type = Call.Types.Type.Suppress, Suppress = new Call.Types.Suppress { Roles = { c.Roles } } },
        KillTask c => new Call { Type = Call.Types.Type.Kill, Kill = Kill(c) },
        AcknowledgeUpdate c => new Call { Type = Call.Types.Type.Acknowledge, Acknowledge = Acknowledge(c) },
        ReconcileTasks c => new Call { Type = Call.Types.Type.Reconcile, Reconcile = Reconcile(c) },
        TeardownFramework => new Call { Type = Call.Types.Type.Teardown },
        _ => throw new ArgumentException($"No wire form for {call.GetType().Name}.", nameof(call)),
    };

    private static Call.Types.Accept Accept(AcceptOffers c)
    {
        var accept = new Call.Types.Accept { OfferIds = { Ids(c.OfferIds) }, Filters = Refuse(c.Refuse) };
        if (c.Tasks.Count == 0)
            return accept;
        accept.Operations.Add(new Wire.Offer.Types.Operation
        {
            Type = Wire.Offer.Types.Operation.Types.Type.Launch,
            Launch = new Wire.Offer.Types.Operation.Types.Launch { TaskInfos = { c.Tasks.Select(t => TaskMapping.From(t, c.AgentId)) } },
        });
        return accept;
    }

    private static Call.Types.Kill Kill(KillTask c)
    {
        var kill = new Call.Types.Kill { TaskId = new TaskID { Value = c.TaskId } };
        if (c.AgentId is not null)
            kill.AgentId = new AgentID { Value = c.AgentId };
        if (c.Grace is { } grace)
            kill.KillPolicy = new KillPolicy { GracePeriod = TaskMapping.Duration(grace) };
        return kill;
    }

    private static Call.Types.Acknowledge Acknowledge(AcknowledgeUpdate c) => new()
    {
        AgentId = new AgentID { Value = c.AgentId },
        TaskId = new TaskID { Value = c.TaskId },
        Uuid = ByteString.CopyFrom(c.Uuid),
    };

    private static Call.Types.Reconcile Reconcile(ReconcileTasks c)
    {
        var reconcile = new Call.Types.Reconcile();
        foreach (var (taskId, agentId) in c.Tasks)
        {
            var task = new Call.Types.Reconcile.Types.Task { TaskId = new TaskID { Value = taskId } };
            if (agentId is not null)
                task.AgentId = new AgentID { Value = agentId };
            reconcile.Tasks.Add(task);
        }

        return reconcile;
    }

    private static IEnumerable<OfferID> Ids(IEnumerable<string> ids) => ids.Select(id => new OfferID { Value = id });

    private static Filters Refuse(TimeSpan refuse) => new() { RefuseSeconds = refuse.TotalSeconds };
}
