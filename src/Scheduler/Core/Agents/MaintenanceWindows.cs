using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Agents;

/// <summary>Maintenance that cluster operators scheduled: offers announce it, inverse offers ask whether the agent will be empty by
/// then.</summary>
internal sealed class MaintenanceWindows(ClusterState state, CoreSettings settings, ClusterJournal journal, Convergence convergence)
{
    /// <summary>By agent: its window, and the inverse offer that announced it, if any.</summary>
    private readonly SortedDictionary<string, (MaintenanceWindow Window, string? InverseOffer)> windows = new(StringComparer.Ordinal);
    private readonly HashSet<(string Agent, DateTimeOffset Start)> declinedWindows = [];

    public bool Any => windows.Count > 0;

    public bool IsPlanned(string agentId) => windows.ContainsKey(agentId);

    /// <returns>The window that instances must already be leaving for.</returns>
    public MaintenanceWindow? Due(string agentId, DateTimeOffset now) =>
        windows.TryGetValue(agentId, out var plan) && now >= plan.Window.Start - settings.MaintenanceLead && !IsOver(plan.Window, now)
            ? plan.Window
            : null;

    public void Handle(IReadOnlyList<InverseOffer> inverseOffers, DateTimeOffset now)
    {
        foreach (var inverse in inverseOffers)
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

    public void Rescinded(string inverseOfferId, DateTimeOffset now)
    {
        if (windows.FirstOrDefault(m => m.Value.InverseOffer == inverseOfferId) is { Key: { } agentId })
            Forget(agentId, now);
    }

    /// <param name="inverse">The inverse offer that announced it; null when an ordinary offer did.</param>
    public void Plan(string agentId, MaintenanceWindow window, string? inverse, DateTimeOffset now)
    {
        if (windows.TryGetValue(agentId, out var known) && known.Window == window && (inverse is null || inverse == known.InverseOffer))
            return;
        windows[agentId] = (window, inverse ?? known.InverseOffer);
        state.Timers.Set(TimerKind.Maintenance, agentId, Later(window.Start - settings.MaintenanceLead, now));
        state.Signals.IsDue = true;
    }

    /// <summary>The maintenance is off: instances that were leaving for it stay.</summary>
    public void Forget(string agentId, DateTimeOffset now)
    {
        if (!windows.Remove(agentId))
            return;
        state.Timers.Cancel(TimerKind.Maintenance, agentId);
        declinedWindows.RemoveWhere(d => d.Agent == agentId);
        if (state.Agents.TryGetValue(agentId, out var agent) && state.Machines.StateOf(agent.Host, agent.Rack) != MachineState.Draining)
            KeepTasksOn(agentId, now);
    }

    /// <summary>Cancels the moves of instances off the agent.</summary>
    public void KeepTasksOn(string agentId, DateTimeOffset now)
    {
        foreach (var task in state.TasksOn(agentId).Where(t => t is { KillCause: null, Leaving.Cause: LeaveCause.Drain }))
            convergence.Keep(task, now);
    }

    public void Passed(string agentId, DateTimeOffset now)
    {
        if (!windows.TryGetValue(agentId, out var plan))
            return;
        if (IsOver(plan.Window, now))
            Forget(agentId, now);
        else if (plan.Window.Duration is { } duration)
            state.Timers.Set(TimerKind.Maintenance, agentId, Later(plan.Window.Start + duration, now));
    }

    // Instances are moved in time. Runs are not, so the answer is no while a run may last into the window.
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
            journal.Cluster($"maintenance of agent {late.Host} at {start.UtcDateTime:yyyy-MM-dd HH:mm} declined: "
                + $"run {late.DeployId} may last longer");
    }

    private DateTimeOffset? MayLastUntil(TaskRecord task)
    {
        var spec = state.Deploys[task.DeployId].Spec;
        return (task.RunningAt ?? task.LaunchedAt ?? task.CreatedAt) + (spec.MaxRunTime ?? spec.Options.RunLimit);
    }

    private static bool IsOver(MaintenanceWindow window, DateTimeOffset now) => window.Duration is { } d && now >= window.Start + d;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
