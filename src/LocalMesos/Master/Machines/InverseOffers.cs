using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.Machines;

/// <summary>Inverse offers: frameworks are asked to leave agents that will be taken down (recorded in 14a). The lock is held.</summary>
internal sealed class InverseOffers(MasterState state)
{
    private const double DefaultRefuseSeconds = 5;
    private const double MaxRefuseSeconds = 1e6;
    private readonly Dictionary<(string Framework, string Agent), W.InverseOfferStatus> replies = [];
    private readonly Dictionary<(string Framework, string Agent), DateTimeOffset> notBefore = [];

    /// <summary>The latest replies about an agent.</summary>
    public IEnumerable<W.InverseOfferStatus> RepliesAbout(AgentSlot agent) =>
        replies.Where(r => r.Key.Agent == agent.Id).Select(r => r.Value);

    /// <summary>Part of every allocation cycle: sends inverse offers to the frameworks that use any of these agents.</summary>
    public void Send(IEnumerable<AgentSlot> agents)
    {
        foreach (var agent in agents)
        {
            foreach (var framework in state.Frameworks.Values.Where(f => f.Connected && Uses(f, agent) && MayAsk(f, agent)))
                Send(framework, agent);
        }
    }

    /// <summary>ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS; unknown ids are ignored.</summary>
    public void HandleReply(Framework framework, IEnumerable<W.OfferID> ids, bool accepted, W.Filters? filters)
    {
        var pause = TimeSpan.FromSeconds(Math.Clamp(filters?.RefuseSeconds ?? DefaultRefuseSeconds, 0, MaxRefuseSeconds));
        foreach (var id in ids)
        {
            if (state.InverseOffers.Find(o => o.Framework == framework && o.Id == id.Value) is not { } offer)
                continue;
            state.InverseOffers.Remove(offer);
            replies[(framework.Id, offer.Agent.Id)] = new W.InverseOfferStatus
            {
                Status = accepted ? W.InverseOfferStatus.Types.Status.Accept : W.InverseOfferStatus.Types.Status.Decline,
                FrameworkId = new W.FrameworkID { Value = framework.Id },
                Timestamp = WireTime.Info(state.Now),
            };
            notBefore[(framework.Id, offer.Agent.Id)] = state.Now + pause;
        }
    }

    /// <summary>Rescinds what is outstanding for the agent and forgets the replies.</summary>
    public void Rescind(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
        {
            replies.Remove((framework.Id, agent.Id));
            notBefore.Remove((framework.Id, agent.Id));
        }

        foreach (var offer in state.InverseOffers.Where(o => o.Agent == agent).ToList())
        {
            state.InverseOffers.Remove(offer);
            offer.Framework.Send(new W.Event
            {
                Type = W.Event.Types.Type.RescindInverseOffer,
                RescindInverseOffer = new W.Event.Types.RescindInverseOffer { InverseOfferId = new W.OfferID { Value = offer.Id } },
            });
        }
    }

    private static bool Uses(Framework framework, AgentSlot agent) =>
        framework.Tasks.Values.Any(t => t.AgentId == agent.Id && !t.State.IsTerminal())
        || framework.Executors.Keys.Any(k => k.Agent == agent.Id);

    private bool MayAsk(Framework framework, AgentSlot agent) =>
        !state.InverseOffers.Exists(o => o.Framework == framework && o.Agent == agent)
        && !(notBefore.TryGetValue((framework.Id, agent.Id), out var time) && state.Now < time);

    private void Send(Framework framework, AgentSlot agent)
    {
        var offer = new OutstandingInverseOffer(state.NextOfferId(), framework, agent);
        state.InverseOffers.Add(offer);
        framework.Send(new W.Event
        {
            Type = W.Event.Types.Type.InverseOffers,
            InverseOffers = new W.Event.Types.InverseOffers { InverseOffers_ = { offer.ToWire() } },
        });
    }
}
