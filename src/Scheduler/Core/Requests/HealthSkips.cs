using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;
using Pipeline.Scheduler.Core.Transitions;

namespace Pipeline.Scheduler.Core.Requests;

/// <summary>Skips the readiness checks of a request. Turning it on makes running tasks healthy; turning it off does not affect running
/// tasks.</summary>
internal sealed class HealthSkips(ClusterState state, OverrideChanges overrides, HealthyTasks healthy)
{
    public CommandOutcome Handle(Request request, SkipHealthCommand command, DateTimeOffset now)
    {
        if (!request.IsLongRunning)
            return CommandOutcome.WrongKind(request, "told to skip health checks");
        var change = command.By.At(now);
        overrides.Set(request.Id, o => o with { SkipHealth = command.Skip ? new SkipHealthOverride(change) : null },
            command.Skip ? "health-skipped" : "health-checked", command.Skip ? "running is enough" : "readiness is checked", change);
        if (command.Skip)
            SkipRunning(request.Id, now);
        return CommandOutcome.Accepted;
    }

    private void SkipRunning(string requestId, DateTimeOffset now)
    {
        foreach (var id in state.DeploysOf(requestId).Where(d => d.KeepsRunning).SelectMany(d => state.TasksOf(d.Id)).Select(t => t.Id)
            .ToList())
        {
            if (!state.Tasks.TryGetValue(id, out var task) || task.HealthyAt is not null || task.KillCause is not null)
                continue;
            var skipping = task with { SkipHealth = true };
            state.Save(skipping);
            if (task.Phase == TaskPhase.Running)
                healthy.BecameHealthy(skipping, now);
        }
    }
}
