using System.Globalization;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>Which pending tasks may be placed now, and in which order: by priority and waiting time, then by the share of their
/// owners.</summary>
internal sealed class PendingTasks(ClusterState state, CoreSettings settings)
{
    public List<TaskRecord> Due(DateTimeOffset now)
    {
        var due = new List<(TaskRecord Task, double Weight)>();
        foreach (var (_, id) in state.Pending.ToArray())
        {
            var task = state.Tasks[id];
            var priority = PriorityRules.Of(state.Requests[task.RequestId], state.Deploys[task.DeployId]);
            if (WhyNotYet(task, priority, now) is { } why)
                state.SaveWhy(task, why);
            else
                due.Add((task, DueOrder.WeightOf(task, priority, now)));
        }

        return DueOrder.Sort(due, settings.Quotas, state.UsedBy);
    }

    /// <summary>Checks a task before it is placed.</summary>
    /// <returns>False when it ended earlier in this round, with a refused deploy, or must wait for its owner's quota.</returns>
    public bool IsPlaceable(TaskRecord task)
    {
        if (!state.Tasks.ContainsKey(task.Id))
            return false;
        state.Handling = task.Id;
        if (OverQuota(task) is not { } full)
            return true;
        state.SaveWhy(task, full);
        return false;
    }

    private string? WhyNotYet(TaskRecord task, decimal priority, DateTimeOffset now)
    {
        if (task.NotBefore > now)
        {
            var cooling = state.Requests[task.RequestId].Overrides.Cooldown is not null ? "in cooldown" : "after a failure";
            var word = state.Deploys[task.DeployId].Spec.Run?.NotBefore == task.NotBefore ? "as asked" : cooling;
            return $"waits until {task.NotBefore.Value.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {word}";
        }

        return state.Freeze is { } freeze && priority < freeze.Level
            ? string.Create(CultureInfo.InvariantCulture,
                $"its priority {priority:0.##} is below {freeze.Level:0.##}, under which {freeze.Change.By} froze launches")
                + Wording.Because(freeze.Change.Reason)
            : null;
    }

    /// <returns>Null when the task fits into its owner's quota.</returns>
    private string? OverQuota(TaskRecord task)
    {
        if (task.Owner is not { } owner || !settings.Quotas.TryGetValue(owner, out var quota))
            return null;
        var used = state.UsedBy(owner);
        var after = used.Plus(task.Needs, 1);
        string Full(string what, decimal need, decimal use, decimal most) => string.Create(CultureInfo.InvariantCulture,
            $"quota of {owner}: {use:0.###} of {most:0.###} {what} are in use, it needs {need:0.###}");
        return after.Amount.CpusValue > quota.Cpus ? Full("cpus", task.Needs.Cpus, used.Amount.CpusValue, quota.Cpus.Value)
            : after.Amount.MemoryValue > quota.MemoryMb ? Full("MiB of memory", task.Needs.MemoryMb, used.Amount.MemoryValue,
                quota.MemoryMb.Value)
            : after.Tasks > quota.Tasks ? Full("tasks", 1, used.Tasks, quota.Tasks.Value)
            : null;
    }
}
