using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

// Maintenance that operators of the cluster scheduled: offers tell of it, and inverse offers ask whether we will be gone by then.
internal sealed partial class ClusterMachine
{
    /// <summary>By agent: when it goes down, and the inverse offer that asked, if one did.</summary>
    private readonly SortedDictionary<string, (MaintenanceWindow Window, string? InverseOffer)> maintenance = new(StringComparer.Ordinal);
    private readonly HashSet<(string Agent, DateTimeOffset Start)> declinedWindows = [];

    private void OnInverseOffers(IReadOnlyList<InverseOffer> asked, DateTimeOffset now)
    {
        foreach (var inverse in asked)
        {
            if (inverse.AgentId is not { } agentId)
            {
                state.Send(new DeclineInverseOffers([inverse.Id], settings.ShortRefuse));
                continue;
            }

            Plan(agentId, inverse.Unavailability, inverse.Id, now);
            Answer(inverse, agentId);
        }
    }

    // Instances are moved in time. A run that may last into the window is not: then the honest answer is no, until it has ended.
    private void Answer(InverseOffer inverse, string agentId)
    {
        var start = inverse.Unavailability.Start;
        var late = state.TasksOn(agentId).FirstOrDefault(t =>
            !state.Deploys[t.DeployId].KeepsRunning && (MayLastUntil(t) is not { } end || end > start));
        if (late is null)
        {
            state.Send(new AcceptInverseOffers([inverse.Id], settings.LongRefuse));
            return;
        }

        state.Send(new DeclineInverseOffers([inverse.Id], settings.InverseRefuse));
        if (declinedWindows.Add((agentId, start)))
            journal.Cluster($"maintenance of agent {late.Host} at {start.UtcDateTime:yyyy-MM-dd HH:mm} declined: run {late.DeployId} may last longer");
    }

    private DateTimeOffset? MayLastUntil(TaskRecord task)
    {
        var spec = state.Deploys[task.DeployId].Spec;
        return (task.RunningAt ?? task.LaunchedAt ?? task.CreatedAt) + (spec.MaxRunTime ?? spec.Options.RunLimit);
    }

    private void Plan(string agentId, MaintenanceWindow window, string? inverse, DateTimeOffset now)
    {
        if (maintenance.TryGetValue(agentId, out var known) && known.Window == window && (inverse is null || inverse == known.InverseOffer))
            return;
        maintenance[agentId] = (window, inverse ?? known.InverseOffer);
        state.Timers.Set(TimerKind.Maintenance, agentId, Later(window.Start - settings.MaintenanceLead, now));
        state.Signals.IsDue = true;
    }

    private void OnInverseRescinded(string offerId, DateTimeOffset now)
    {
        if (maintenance.FirstOrDefault(m => m.Value.InverseOffer == offerId) is { Key: { } agentId })
            ForgetMaintenance(agentId, now);
    }

    private void ForgetMaintenance(string agentId, DateTimeOffset now)
    {
        if (!maintenance.Remove(agentId))
            return;
        state.Timers.Cancel(TimerKind.Maintenance, agentId);
        declinedWindows.RemoveWhere(d => d.Agent == agentId);
        if (state.Agents.TryGetValue(agentId, out var agent) && state.Machines.StateOf(agent.Host, agent.Rack) != MachineState.Draining)
            StayOn(agentId, now);
    }

    /// <returns>The window for which instances have to leave by now.</returns>
    private MaintenanceWindow? DueMaintenance(string agentId, DateTimeOffset now) =>
        maintenance.TryGetValue(agentId, out var plan) && now >= plan.Window.Start - settings.MaintenanceLead && !IsOver(plan.Window, now)
            ? plan.Window
            : null;

    private void MaintenanceDue(string agentId, DateTimeOffset now)
    {
        if (!maintenance.TryGetValue(agentId, out var plan))
            return;
        if (IsOver(plan.Window, now))
            ForgetMaintenance(agentId, now);
        else if (plan.Window.Duration is { } duration)
            state.Timers.Set(TimerKind.Maintenance, agentId, Later(plan.Window.Start + duration, now));
    }

    private static bool IsOver(MaintenanceWindow window, DateTimeOffset now) => window.Duration is { } d && now >= window.Start + d;
}
