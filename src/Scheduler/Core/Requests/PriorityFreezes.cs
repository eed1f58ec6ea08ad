using System.Globalization;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Requests;

/// <summary>Freezes launches below a priority, so that more important work gets the cluster.</summary>
internal sealed class PriorityFreezes(ClusterState state, ClusterJournal journal, Kills kills)
{
    public void Recover()
    {
        if (state.Freeze?.Change.Until is { } until)
            state.Timers.Set(TimerKind.Freeze, "", until);
    }

    public CommandOutcome Handle(FreezeLaunchesCommand command, DateTimeOffset now)
    {
        if (command.Level is null && state.Freeze is null)
            return CommandOutcome.Conflict("not-frozen", $"Launches of cluster {state.Cluster} are not frozen.");
        if (command.Level is <= 0 or > 1)
            return CommandOutcome.Invalid("level-out-of-range", "The level is a number above 0, up to 1.");
        var change = command.By.At(now);
        if (command.Level is not { } level)
        {
            Lift(change);
            return CommandOutcome.Accepted;
        }

        state.Save(new PriorityFreeze(level, command.Kill, change));
        if (change.Until is { } until)
            state.Timers.Set(TimerKind.Freeze, "", until);
        else
            state.Timers.Cancel(TimerKind.Freeze, "");
        journal.Cluster(
            string.Create(CultureInfo.InvariantCulture, $"launches below priority {level:0.##} frozen{Wording.Because(change.Reason)}"),
                change.By);
        if (command.Kill)
            KillBelow(level, change, now);
        return CommandOutcome.Accepted;
    }

    public void Passed(DateTimeOffset now)
    {
        if (state.Freeze is { Change.Until: { } until } && until <= now)
            Lift(new Change(ClusterJournal.Scheduler, "its duration expired", now, null));
    }

    private void KillBelow(decimal level, Change change, DateTimeOffset now)
    {
        foreach (var task in state.Tasks.Values.Where(t => t.Phase != TaskPhase.Pending).OrderBy(t => t.Id, StringComparer.Ordinal)
            .ToList())
        {
            if (PriorityRules.Of(state.Requests[task.RequestId], state.Deploys[task.DeployId]) < level)
                kills.Kill(task, KillCause.Priority, $"launches below priority {level} were frozen by {change.By}", now);
        }
    }

    private void Lift(Change change)
    {
        state.Save((PriorityFreeze?)null);
        state.Timers.Cancel(TimerKind.Freeze, "");
        journal.Cluster($"launches are no longer frozen{Wording.Because(change.Reason)}", change.By);
        state.Signals.WantsRevive = true;
    }
}
