using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// Which agents are there. We know them by their offers and by what their tasks say; a master does not list them to a framework.
internal sealed partial class ClusterMachine
{
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    /// <summary>Agents known from the rows that were not heard of since this machine began.</summary>
    private readonly HashSet<string> unheard = new(StringComparer.Ordinal);

    private void WatchPresence(DateTimeOffset now)
    {
        unheard.UnionWith(state.Agents.Values.Where(a => a.State != AgentState.Dead).Select(a => a.Id));
        timers.Set(TimerKind.Missing, "", now + settings.MissingAfter);
        timers.Set(TimerKind.Purge, "", now + PurgeInterval);
        foreach (var machine in state.Machines.All.Where(m => m.Change.Until is not null))
            timers.Set(TimerKind.Machine, $"{machine.Kind}/{machine.Name}", machine.Change.Until!.Value);
    }

    private void HeardOf(string? agentId, DateTimeOffset now)
    {
        if (agentId is null || (unheard.Count == 0 && missing == 0))
            return;
        unheard.Remove(agentId);
        if (state.Agents.TryGetValue(agentId, out var agent) && agent.State == AgentState.Missing)
        {
            missing--;
            state.Save(agent with { State = AgentState.Active, SeenAt = now });
        }
    }

    private int missing;

    /// <summary>Only while offers come is silence a sign: an idle framework hears of no agent.</summary>
    private void LookForMissing(DateTimeOffset now)
    {
        timers.Set(TimerKind.Missing, "", now + settings.MissingAfter);
        missing = 0;
        foreach (var agent in state.Agents.Values.Where(a => a.State == AgentState.Missing).OrderBy(a => a.Id, StringComparer.Ordinal).ToList())
        {
            if (now - agent.SeenAt >= settings.DeadAfter)
                Died(agent, "missing for too long", now);
            else
                missing++;
        }

        if (suppressed != false || !offersCame)
            return;
        foreach (var id in unheard.Order(StringComparer.Ordinal).ToList())
        {
            if (state.Agents.TryGetValue(id, out var agent) && agent.State == AgentState.Active)
            {
                missing++;
                state.Save(agent with { State = AgentState.Missing });
                Record($"agent {agent.Host} was not seen since the scheduler started");
            }
        }

        unheard.Clear();
    }

    private void OnAgentRemoved(string agentId, DateTimeOffset now)
    {
        foreach (var offer in offers.Values.Where(o => o.Offer.AgentId == agentId).Select(o => o.Offer.Id).ToList())
            offers.Remove(offer);
        unheard.Remove(agentId);
        ForgetMaintenance(agentId, now);
        if (state.Agents.TryGetValue(agentId, out var agent) && agent.State != AgentState.Dead)
            Died(agent, "removed by the master", now);
    }

    private void Died(AgentRecord agent, string reason, DateTimeOffset now)
    {
        state.Save(agent with { State = AgentState.Dead, SeenAt = now });
        state.Append(
            new AgentLost(settings.Cluster, agent.Id, agent.Host, reason), Self, new JournalSubject { Cluster = settings.Cluster });
    }

    /// <summary>Forgets agents that are dead for long. A host that was decommissioned stays so, for when it returns.</summary>
    private void Purge(DateTimeOffset now)
    {
        timers.Set(TimerKind.Purge, "", now + PurgeInterval);
        foreach (var agent in state.Agents.Values.Where(a => a.State == AgentState.Dead && now - a.SeenAt >= settings.PurgeAfter)
            .OrderBy(a => a.Id, StringComparer.Ordinal).ToList())
        {
            if (state.IsEmpty(agent.Id))
                state.Remove(agent);
        }

        foreach (var machine in state.Machines.All.Where(m => m.State is not MachineState.Decommissioned).ToList())
        {
            if (AgentsOf(machine.Kind, machine.Name).Any() || now - machine.Change.Since < settings.PurgeAfter)
                continue;
            timers.Cancel(TimerKind.Machine, $"{machine.Kind}/{machine.Name}");
            state.Remove(machine);
        }
    }
}
