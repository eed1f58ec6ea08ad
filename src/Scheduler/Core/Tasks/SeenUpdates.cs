using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>The last update of each task: updates are sent again until they are acknowledged.</summary>
internal sealed class SeenUpdates
{
    private readonly Dictionary<string, string> lastUpdate = new(StringComparer.Ordinal);

    /// <summary>Whether it is the last one once more. What the master says by itself has no uuid, and is never a repetition.</summary>
    public bool IsRepeated(TaskStatus status)
    {
        if (status.Uuid is null)
            return false;
        var uuid = Convert.ToHexString(status.Uuid);
        if (lastUpdate.TryGetValue(status.TaskId, out var last) && last == uuid)
            return true;
        lastUpdate[status.TaskId] = uuid;
        return false;
    }

    public void Forget(string taskId) => lastUpdate.Remove(taskId);
}
