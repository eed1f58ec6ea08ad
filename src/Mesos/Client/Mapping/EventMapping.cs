using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Client.Mapping;

/// <summary>From the wire's events to ours. Unknown events and values are left out, never an error; an event that lacks a required field
/// ends the connection.</summary>
internal static class EventMapping
{
    private const double MaxSeconds = 100e9; // the year 5138
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MaxHeartbeat = TimeSpan.FromMinutes(5);

    /// <exception cref="InvalidDataException">A required field is missing.</exception>
    public static MasterEvent? From(Event e) => e.Type switch
    {
        Event.Types.Type.Subscribed => Subscription(Required.Value(e.Subscribed)),
        Event.Types.Type.Offers => new OffersReceived([.. Required.Value(e.Offers).Offers_.Select(OfferMapping.From)]),
        Event.Types.Type.InverseOffers =>
            new InverseOffersReceived([.. Required.Value(e.InverseOffers).InverseOffers_.Select(OfferMapping.From)]),
        Event.Types.Type.Rescind => new OfferRescinded(Required.Value(e.Rescind?.OfferId).Value),
        Event.Types.Type.RescindInverseOffer => new InverseOfferRescinded(Required.Value(e.RescindInverseOffer?.InverseOfferId).Value),
        Event.Types.Type.Update => new TaskUpdated(Status(Required.Value(e.Update?.Status))),
        Event.Types.Type.Failure => Failure(Required.Value(e.Failure)),
        Event.Types.Type.Error => new SubscriptionEnded(End(Required.Value(e.Error).Message), e.Error.Message),
        Event.Types.Type.Unknown or Event.Types.Type.Heartbeat or Event.Types.Type.Message
            or Event.Types.Type.UpdateOperationStatus => null,
        _ => null,
    };

    private static Subscribed Subscription(Event.Types.Subscribed s)
    {
        var master = s.MasterInfo;
        var address = master?.Address is { } a ? $"{(a.HasIp ? a.Ip : a.Hostname)}:{a.Port}" : master?.Pid ?? "";
        return new Subscribed(
            Required.Text(s.FrameworkId?.Value), Heartbeat(s), master?.Id ?? "", address, master?.Version ?? "");
    }

    // The watchdog depends on it, so a master must not announce a heartbeat once a year.
    private static TimeSpan Heartbeat(Event.Types.Subscribed s) =>
        s is { HasHeartbeatIntervalSeconds: true, HeartbeatIntervalSeconds: > 0 and var seconds }
            ? TimeSpan.FromSeconds(Math.Min(seconds, MaxHeartbeat.TotalSeconds))
            : DefaultHeartbeat;

    private static MasterEvent Failure(Event.Types.Failure f) => f.ExecutorId is { } executor
        ? new ExecutorEnded(f.AgentId?.Value ?? "", executor.Value, f.HasStatus ? f.Status : null)
        : new AgentRemoved(f.AgentId?.Value ?? "");

    /// <summary>A master gives the reason as text only (recorded in 08 and 10).</summary>
    private static SubscriptionEnd End(string message)
    {
        if (message.Contains("failed over", StringComparison.OrdinalIgnoreCase))
            return SubscriptionEnd.FailedOver;
        if (message.Contains("has been removed", StringComparison.OrdinalIgnoreCase))
            return SubscriptionEnd.FrameworkRemoved;
        return message.Contains("not authorized",
            StringComparison.OrdinalIgnoreCase) ? SubscriptionEnd.Unauthorized : SubscriptionEnd.Refused;
    }

    private static TaskStatus Status(Wire.TaskStatus s) => new(
        Required.Text(s.TaskId?.Value),
        s.HasState ? State(s.State) : TaskState.Unknown,
        s.AgentId?.Value,
        s.HasSource ? Name(s.Source) : null,
        s.HasReason ? Name(s.Reason) : null,
        s.HasMessage ? s.Message : null,
        s.HasUuid ? s.Uuid.ToByteArray() : null,
        s.HasHealthy ? s.Healthy : null,
        s is { HasTimestamp: true, Timestamp: >= 0 and < MaxSeconds } ? DateTimeOffset.UnixEpoch.AddSeconds(s.Timestamp) : null,
        s.ContainerStatus?.ContainerId?.Value,
        s.ContainerStatus?.NetworkInfos.SelectMany(n => n.IpAddresses).FirstOrDefault(a => a.HasIpAddress)?.IpAddress);

    /// <summary>The names of the wire, <c>SOURCE_EXECUTOR</c>; an unknown one is a number.</summary>
    private static string Name(Wire.TaskStatus.Types.Source source) => EnumNames.Of(source);

    private static string Name(Wire.TaskStatus.Types.Reason reason) => EnumNames.Of(reason);

    private static TaskState State(Wire.TaskState state) => state switch
    {
        Wire.TaskState.TaskStaging => TaskState.Staging,
        Wire.TaskState.TaskStarting => TaskState.Starting,
        Wire.TaskState.TaskRunning => TaskState.Running,
        Wire.TaskState.TaskKilling => TaskState.Killing,
        Wire.TaskState.TaskFinished => TaskState.Finished,
        Wire.TaskState.TaskFailed => TaskState.Failed,
        Wire.TaskState.TaskKilled => TaskState.Killed,
        Wire.TaskState.TaskError => TaskState.Error,
        Wire.TaskState.TaskLost => TaskState.Lost,
        Wire.TaskState.TaskDropped => TaskState.Dropped,
        Wire.TaskState.TaskUnreachable => TaskState.Unreachable,
        Wire.TaskState.TaskGone => TaskState.Gone,
        Wire.TaskState.TaskGoneByOperator => TaskState.GoneByOperator,
        Wire.TaskState.TaskUnknown => TaskState.Unknown,
        _ => TaskState.Unknown,
    };
}
