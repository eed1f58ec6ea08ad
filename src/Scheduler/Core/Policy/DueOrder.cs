using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Policy;

/// <summary>The order in which pending tasks are placed. Pure; ties break by age and id.</summary>
internal static class DueOrder
{
    /// <summary>Waiting makes up for low priority, so that everything is placed eventually.</summary>
    public static double WeightOf(TaskRecord task, decimal priority, DateTimeOffset now)
    {
        var since = task.NotBefore > task.CreatedAt ? task.NotBefore.Value : task.CreatedAt;
        return (1 + Math.Max(0, (now - since).TotalMilliseconds)) * (double)Math.Max(priority, 0.01m);
    }

    /// <summary>Heaviest first. Between owners that have quotas, the one that uses least of its own comes first.</summary>
    public static List<TaskRecord> Sort(
        List<(TaskRecord Task, double Weight)> due, IReadOnlyDictionary<string, Quota> quotas, Func<string, OwnerUse> used)
    {
        due.Sort((a, b) => b.Weight != a.Weight ? b.Weight.CompareTo(a.Weight)
            : a.Task.CreatedAt != b.Task.CreatedAt ? a.Task.CreatedAt.CompareTo(b.Task.CreatedAt)
            : string.CompareOrdinal(a.Task.Id, b.Task.Id));
        return quotas.Count == 0 ? due.ConvertAll(d => d.Task) : Share(due, quotas, used);
    }

    private static List<TaskRecord> Share(
        List<(TaskRecord Task, double Weight)> due, IReadOnlyDictionary<string, Quota> quotas, Func<string, OwnerUse> used)
    {
        var queues = new SortedDictionary<string, (Queue<TaskRecord> Tasks, OwnerUse Use)>(StringComparer.Ordinal);
        foreach (var (task, _) in due)
        {
            var owner = task.Owner ?? "";
            if (!queues.TryGetValue(owner, out var queue))
                queues[owner] = queue = (new Queue<TaskRecord>(), owner.Length == 0 ? default : used(owner));
            queue.Tasks.Enqueue(task);
        }

        var next = new PriorityQueue<string, (decimal Share, string Owner)>();
        foreach (var (owner, queue) in queues)
            next.Enqueue(owner, (ShareOf(quotas.GetValueOrDefault(owner), queue.Use), owner));
        var order = new List<TaskRecord>(due.Count);
        while (next.TryDequeue(out var owner, out _))
        {
            var (tasks, use) = queues[owner];
            var task = tasks.Dequeue();
            order.Add(task);
            queues[owner] = (tasks, use.Plus(task.Needs, 1));
            if (tasks.Count > 0)
                next.Enqueue(owner, (ShareOf(quotas.GetValueOrDefault(owner), queues[owner].Use), owner));
        }

        return order;
    }

    /// <summary>The largest part of its quota that an owner uses; without a quota none.</summary>
    private static decimal ShareOf(Quota? quota, OwnerUse use)
    {
        if (quota is null)
            return 0;
        var cpus = quota.Cpus is > 0 ? use.Amount.CpusValue / quota.Cpus.Value : 0;
        var memory = quota.MemoryMb is > 0 ? use.Amount.MemoryValue / quota.MemoryMb.Value : 0;
        var tasks = quota.Tasks is > 0 ? use.Tasks / (decimal)quota.Tasks.Value : 0;
        return Math.Max(cpus, Math.Max(memory, tasks));
    }
}
