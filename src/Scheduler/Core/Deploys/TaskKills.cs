using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Deploys;

/// <summary>Kills one task for a person: at once, or after its replacement is healthy.</summary>
internal sealed class TaskKills(ClusterState state, Kills kills, TaskEndings endings, Convergence convergence)
{
    public CommandOutcome Handle(KillTaskCommand command, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(command.TaskId, out var task))
            return CommandOutcome.NotFound($"'{command.TaskId}' is not a live task.");
        if (command.Replace && state.Deploys[task.DeployId].KeepsRunning)
        {
            if (task.Leaving is not null || task.KillCause is not null)
                return CommandOutcome.Conflict("task-leaving",
                    $"Task {task.Id} is already leaving: {task.Leaving?.Reason ?? task.KillReason}.");
            convergence.Replace(task, LeaveCause.Replace, $"replaced by {command.Actor}: {command.Reason}", now);
            return CommandOutcome.Accepted;
        }

        Kill(task, $"killed by {command.Actor}: {command.Reason}", now);
        if (command.Destroy && state.Tasks.TryGetValue(task.Id, out var dying))
            kills.Send(dying, TimeSpan.Zero, now);
        return CommandOutcome.Accepted;
    }

    private void Kill(TaskRecord task, string reason, DateTimeOffset now)
    {
        // A pending task ends at once; an instance is still wanted, so another attempt takes its place.
        if (task.Phase == TaskPhase.Pending)
            endings.End(
                task with { KillCause = KillCause.Operator, KillReason = reason },
                new TaskEnd(TaskPhase.Killed, Outcome.Cancelled, null, null, reason), now);
        else
            kills.Kill(task, KillCause.Operator, reason, now);
    }
}
