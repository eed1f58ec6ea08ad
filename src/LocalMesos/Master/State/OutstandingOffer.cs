using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>An offer that a framework holds.</summary>
internal sealed record OutstandingOffer(string Id, Framework Framework, AgentSlot Agent, string Role, ResourceSet Resources)
{
    /// <summary>Rescinds the offer when it fires; null without <c>--offer_timeout</c>.</summary>
    public ITimer? Timeout { get; set; }

    /// <param name="refined">Reservations in the new form, in which operators always see them.</param>
    public W.Offer ToWire(bool refined)
    {
        var role = Framework.IsMultiRole ? Role : null;
        var wire = new W.Offer
        {
            Id = new W.OfferID { Value = Id },
            FrameworkId = new W.FrameworkID { Value = Framework.Id },
            AgentId = new W.AgentID { Value = Agent.Id },
            Hostname = Agent.Hostname,
            Url = Agent.Url,
            Resources = { Resources.ToWire(role, withRole: !refined) },
            Attributes = { Agent.WireAttributes },
            ExecutorIds = { Framework.Executors.Values.Where(e => e.AgentId == Agent.Id).Select(e => e.Info.ExecutorId) },
            Unavailability = Agent.Unavailability,
        };
        if (role is not null)
            wire.AllocationInfo = new W.Resource.Types.AllocationInfo { Role = role };
        return wire;
    }
}

/// <summary>The question to a framework whether an agent may be taken down.</summary>
internal sealed record OutstandingInverseOffer(string Id, Framework Framework, AgentSlot Agent)
{
    public W.InverseOffer ToWire() => new()
    {
        Id = new W.OfferID { Value = Id },
        Url = Agent.Url,
        FrameworkId = new W.FrameworkID { Value = Framework.Id },
        AgentId = new W.AgentID { Value = Agent.Id },
        Unavailability = Agent.Unavailability,
    };
}
