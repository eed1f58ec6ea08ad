using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core.Model;

internal sealed record HeldOffer(Offer Offer, DateTimeOffset Since)
{
    public string Rack => RackOf(Offer.Attributes);

    public static string RackOf(IReadOnlyDictionary<string, string> attributes) => attributes.TryGetValue("rack", out var rack) ? rack : "";
}

/// <summary>Why an offer was declined.</summary>
internal enum DeclineReason
{
    /// <summary>Reserved for, or offered to, a role that is not ours.</summary>
    OtherRole,

    /// <summary>Its agent or rack is frozen, draining or decommissioned.</summary>
    AgentWithheld,

    /// <summary>Held for a while, and nothing that waits fits on the rest of it.</summary>
    NothingFits,

    /// <summary>Nothing waits for a place.</summary>
    NothingWaits,
}

/// <param name="Refuse">The master offers it to others for so long, unless more of it becomes free.</param>
internal sealed record DeclinedOffer(HeldOffer Offer, DeclineReason Reason, TimeSpan Refuse, DateTimeOffset At);
