using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>The last update of each task: updates are sent again until they are acknowledged.</summary>
internal sealed class SeenUpdates
{
    private readonly Dictionary<string, string> lastUpdate = new(StringComparer.Ordinal);

    /// <summary>Whether it repeats the last one. Updates that the master generates have no UUID and are never repetitions.</summary>
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
