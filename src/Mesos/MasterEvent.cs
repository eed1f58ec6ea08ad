namespace Pipeline.Mesos;

/// <summary>An event of the subscription, in the order of the stream. No wire type leaves this project; only LocalMesos, the other end
/// of the wire, uses them too.</summary>
public abstract record MasterEvent;

/// <summary>The framework is subscribed. Persist <paramref name="FrameworkId"/> before any other call.</summary>
public sealed record Subscribed(string FrameworkId, TimeSpan HeartbeatInterval, string MasterId, string MasterAddress, string MasterVersion)
    : MasterEvent;

/// <summary>New offers.</summary>
public sealed record OffersReceived(IReadOnlyList<Offer> Offers) : MasterEvent;

/// <summary>The offer is no longer valid; an ACCEPT already sent is answered with TASK_DROPPED with REASON_INVALID_OFFERS.</summary>
public sealed record OfferRescinded(string OfferId) : MasterEvent;

/// <summary>The framework is asked to leave agents.</summary>
public sealed record InverseOffersReceived(IReadOnlyList<InverseOffer> Offers) : MasterEvent;

/// <summary>The inverse offer is no longer valid.</summary>
public sealed record InverseOfferRescinded(string OfferId) : MasterEvent;

/// <summary>A status update. One with a uuid must be acknowledged, or it is sent again.</summary>
public sealed record TaskUpdated(TaskStatus Status) : MasterEvent;

/// <summary>An agent was removed. Advisory: the updates of its tasks follow.</summary>
public sealed record AgentRemoved(string AgentId) : MasterEvent;

/// <summary>An executor that may run several tasks has ended.</summary>
public sealed record ExecutorEnded(string AgentId, string ExecutorId, int? Status) : MasterEvent;

/// <summary>The connection is lost; the client reconnects by itself.</summary>
public sealed record Disconnected(string Reason) : MasterEvent;

/// <summary>The subscription ended for good; the enumeration ends after it.</summary>
public sealed record SubscriptionEnded(SubscriptionEnd End, string Reason) : MasterEvent;

/// <summary>Why a subscription ended for good.</summary>
public enum SubscriptionEnd
{
    /// <summary>Another scheduler subscribed with our id: stand by and do not subscribe again automatically.</summary>
    FailedOver,

    /// <summary>The framework was torn down or its failover timeout passed: an operator has to decide, because a new id
    /// would start everything twice.</summary>
    FrameworkRemoved,

    /// <summary>401 or 403: wrong principal or secret.</summary>
    Unauthorized,

    /// <summary>The master rejects the FrameworkInfo.</summary>
    Refused,
}
