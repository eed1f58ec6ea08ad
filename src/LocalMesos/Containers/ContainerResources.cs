using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Containers;

/// <summary>Requests and limits of a task's scalar resources, as an agent with <c>--cgroups_enable_cfs</c> enforces them.</summary>
internal static class ContainerResources
{
    /// <summary>What the task's resources name; null for none.</summary>
    public static double? Request(W.TaskInfo task, string name) =>
        task.Resources.Where(r => r.Name == name && r.Scalar is not null).Sum(r => r.Scalar.Value) is > 0 and var amount ? amount : null;

    /// <summary>The task's limit, or else its request; null for no limit.</summary>
    public static double? Limit(W.TaskInfo task, string name)
    {
        var amount = task.Limits.TryGetValue(name, out var limit) ? limit.Value : Request(task, name);
        return amount > 0 && double.IsFinite(amount.Value) ? amount : null;
    }
}
