using System.Globalization;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// Which of the pending tasks may be placed now, and in which order: priority and how long they wait, then the share of their owners.
internal sealed partial class ClusterMachine
{
    private static decimal PriorityOf(Request request, Deploy deploy) =>
        request.Overrides.Priority?.Priority ?? deploy.Spec.Options.Priority
        ?? ScaleRules.DefaultPriority(deploy.Parent is null ? deploy.Spec.Kind : request.Kind);

    private List<TaskRecord> DueTasks(DateTimeOffset now)
    {
        var due = new List<(TaskRecord Task, double Weight)>();
        foreach (var (_, id) in state.Pending.ToArray())
        {
            var task = state.Tasks[id];
            if (task.NotBefore > now)
            {
                var cooling = state.Requests[task.RequestId].Overrides.Cooldown is not null ? "in cooldown" : "after a failure";
                var word = state.Deploys[task.DeployId].Spec.Run?.NotBefore == task.NotBefore ? "as asked" : cooling;
                Explain(task, $"waits until {task.NotBefore.Value.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {word}");
                continue;
            }

            var priority = PriorityOf(state.Requests[task.RequestId], state.Deploys[task.DeployId]);
            if (state.Freeze is { } freeze && priority < freeze.Level)
            {
                Explain(task, string.Create(CultureInfo.InvariantCulture,
                    $"its priority {priority:0.##} is below {freeze.Level:0.##}, under which {freeze.Change.By} froze launches")
                    + Because(freeze.Change.Reason));
                continue;
            }

            due.Add((task, DueOrder.WeightOf(task, priority, now)));
        }

        return DueOrder.Sort(due, settings.Quotas, state.UsedBy);
    }

    /// <returns>Null when the task fits into what its owner may hold.</returns>
    private string? OverQuota(TaskRecord task)
    {
        if (task.Owner is not { } owner || !settings.Quotas.TryGetValue(owner, out var quota))
            return null;
        var used = state.UsedBy(owner);
        var after = used.Plus(task.Needs, 1);
        string Full(string what, decimal need, decimal use, decimal most) => string.Create(CultureInfo.InvariantCulture,
            $"quota of {owner}: {use:0.###} of {most:0.###} {what} are in use, it needs {need:0.###}");
        return after.Amount.CpusValue > quota.Cpus ? Full("cpus", task.Needs.Cpus, used.Amount.CpusValue, quota.Cpus.Value)
            : after.Amount.MemoryValue > quota.MemoryMb ? Full("MiB of memory", task.Needs.MemoryMb, used.Amount.MemoryValue, quota.MemoryMb.Value)
            : after.Tasks > quota.Tasks ? Full("tasks", 1, used.Tasks, quota.Tasks.Value)
            : null;
    }

    private CommandOutcome FreezeLaunches(FreezeAsked asked, DateTimeOffset now)
    {
        if (asked.Level is null && state.Freeze is null)
            return CommandOutcome.Conflict("not-frozen", $"Launches of cluster {settings.Cluster} are not frozen.");
        if (asked.Level is <= 0 or > 1)
            return CommandOutcome.Unfit("level-out-of-range", "The level is a number above 0, up to 1.");
        var change = asked.By.At(now);
        if (asked.Level is not { } level)
        {
            Thaw(change);
            return CommandOutcome.Accepted;
        }

        state.Save(new PriorityFreeze(level, asked.Kill, change));
        if (change.Until is { } until)
            timers.Set(TimerKind.Freeze, "", until);
        else
            timers.Cancel(TimerKind.Freeze, "");
        RecordBy(change, string.Create(CultureInfo.InvariantCulture, $"launches below priority {level:0.##} frozen{Because(change.Reason)}"));
        if (asked.Kill)
            KillBelow(level, change, now);
        return CommandOutcome.Accepted;
    }

    private void KillBelow(decimal level, Change change, DateTimeOffset now)
    {
        foreach (var task in state.Tasks.Values.Where(t => t.Phase != TaskPhase.Pending).OrderBy(t => t.Id, StringComparer.Ordinal).ToList())
        {
            if (PriorityOf(state.Requests[task.RequestId], state.Deploys[task.DeployId]) < level)
                Kill(task, KillCause.Priority, $"launches below priority {level} were frozen by {change.By}", now);
        }
    }

    private void FreezePassed(DateTimeOffset now)
    {
        if (state.Freeze is { Change.Until: { } until } && until <= now)
            Thaw(new Change(Self, "its time was over", now, null));
    }

    private void Thaw(Change change)
    {
        state.Save((PriorityFreeze?)null);
        timers.Cancel(TimerKind.Freeze, "");
        RecordBy(change, $"launches are not frozen any more{Because(change.Reason)}");
        reviveWanted = true;
    }

    private void RecordBy(Change change, string what) =>
        state.Append(new ClusterChanged(settings.Cluster, what), change.By, new JournalSubject { Cluster = settings.Cluster });
}
