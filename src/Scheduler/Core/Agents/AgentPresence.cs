using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Agents;

/// <summary>Which agents are there. They are known by their offers and by the updates of their tasks; a master does not
/// list them to a framework.</summary>
internal sealed class AgentPresence(
    ClusterState state, CoreSettings settings, ClusterJournal journal, OfferPool offers, OfferDemand demand, MaintenanceWindows maintenance)
{
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    /// <summary>Agents in the database that nothing was heard of since this leader took over.</summary>
    private readonly HashSet<string> unheard =
        new(state.Agents.Values.Where(a => a.State != AgentState.Dead).Select(a => a.Id), StringComparer.Ordinal);

    private int missing;

    public void Recover(DateTimeOffset now)
    {
        state.Timers.Set(TimerKind.Missing, "", now + settings.MissingAfter);
        state.Timers.Set(TimerKind.Purge, "", now + PurgeInterval);
    }

    /// <summary>It spoke, or its tasks did: it is there, whatever was believed of it.</summary>
    public void Seen(string? agentId, DateTimeOffset now)
    {
        if (agentId is null)
            return;
        unheard.Remove(agentId);
        if (!state.Agents.TryGetValue(agentId, out var agent) || agent.State == AgentState.Active)
            return;
        if (agent.State == AgentState.Missing)
            missing--;
        state.Save(agent with { State = AgentState.Active, SeenAt = now });
    }

    /// <summary>Silence means something only while offers arrive: an idle framework hears of no agent.</summary>
    public void LookForMissing(DateTimeOffset now)
    {
        state.Timers.Set(TimerKind.Missing, "", now + settings.MissingAfter);
        missing = 0;
        foreach (var agent in state.Agents.Values.Where(a => a.State == AgentState.Missing).OrderBy(a => a.Id, StringComparer.Ordinal)
            .ToList())
        {
            if (now - agent.SeenAt >= settings.DeadAfter)
                Died(agent, "missing for too long", now);
            else
                missing++;
        }

        if (!demand.IsAsking || !offers.HasSeenOffers)
            return;
        foreach (var id in unheard.Order(StringComparer.Ordinal).ToList())
        {
            if (state.Agents.TryGetValue(id, out var agent) && agent.State == AgentState.Active)
            {
                missing++;
                state.Save(agent with { State = AgentState.Missing });
                journal.Cluster($"agent {agent.Host} has not been seen since the scheduler started");
            }
        }

        unheard.Clear();
    }

    /// <summary>The master removed it.</summary>
    public void Removed(string agentId, DateTimeOffset now)
    {
        offers.RemoveOf(agentId);
        unheard.Remove(agentId);
        maintenance.Forget(agentId, now);
        if (state.Agents.TryGetValue(agentId, out var agent) && agent.State != AgentState.Dead)
            Died(agent, "removed by the master", now);
    }

    /// <summary>Forgets agents that have been dead for a long time. A decommissioned host stays decommissioned, in case it
    /// returns.</summary>
    public void Purge(DateTimeOffset now)
    {
        state.Timers.Set(TimerKind.Purge, "", now + PurgeInterval);
        foreach (var agent in state.Agents.Values.Where(a => a.State == AgentState.Dead && now - a.SeenAt >= settings.PurgeAfter)
            .OrderBy(a => a.Id, StringComparer.Ordinal).ToList())
        {
            if (state.IsEmpty(agent.Id))
                state.Remove(agent);
        }

        foreach (var machine in state.Machines.All.Where(m => m.State is not MachineState.Decommissioned).ToList())
        {
            if (state.AgentsOf(machine.Kind, machine.Name).Any() || now - machine.Change.Since < settings.PurgeAfter)
                continue;
            state.Timers.Cancel(TimerKind.Machine, machine.Key);
            state.Remove(machine);
        }
    }

    private void Died(AgentRecord agent, string reason, DateTimeOffset now)
    {
        state.Save(agent with { State = AgentState.Dead, SeenAt = now });
        journal.Append(new AgentLost(state.Cluster, agent.Id, agent.Host, reason), new JournalSubject { Cluster = state.Cluster });
    }
}
