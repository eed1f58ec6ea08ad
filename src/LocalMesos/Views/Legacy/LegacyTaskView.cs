using Pipeline.LocalMesos.Master.State;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>A task in the endpoints that predate the v1 API.</summary>
internal static class LegacyTaskView
{
    private static readonly TaskState[] Counted =
    [
        TaskState.TaskStaging, TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskKilling, TaskState.TaskFinished,
        TaskState.TaskKilled, TaskState.TaskFailed, TaskState.TaskLost, TaskState.TaskError, TaskState.TaskUnreachable,
    ];

    public static LegacyObject Of(Framework f, MasterTask t)
    {
        var view = new LegacyObject(
            ("id", t.Id), ("name", t.Info.Name), ("framework_id", f.Id), ("executor_id", t.ExecutorId ?? ""), ("slave_id", t.AgentId),
            ("state", EnumNames.Of(t.State)), ("resources", LegacyAmounts.Of(t.Resources)), ("role", t.Role),
            ("statuses", t.Statuses.Select(Status)));
        if (t.Info.Labels is { } labels)
            view.With(("labels", labels.Labels_.Select(Label)));
        return t.Info.Discovery is { } discovery ? view.With(("discovery", discovery)) : view;
    }

    /// <summary>The number of tasks in each state.</summary>
    public static (string, object?)[] Counts(IEnumerable<MasterTask> tasks)
    {
        var states = tasks.Select(t => t.State).ToList();
        return [.. Counted.Select(s => (EnumNames.Of(s), (object?)states.Count(x => x == s)))];
    }

    private static LegacyObject Label(Label label) =>
        label.HasValue ? new(("key", label.Key), ("value", label.Value)) : new(("key", label.Key));

    private static LegacyObject Status(Pipeline.Mesos.Wire.TaskStatus s)
    {
        var view = new LegacyObject(("state", EnumNames.Of(s.State)), ("timestamp", s.Timestamp));
        if (s.ContainerStatus is { } container)
        {
            var shown = container.Clone();
            shown.ClearExecutorPid();
            view.With(("container_status", shown));
        }

        return s.HasHealthy ? view.With(("healthy", s.Healthy)) : view;
    }
}
