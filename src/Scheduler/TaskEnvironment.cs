using System.Globalization;

namespace Pipeline.Scheduler;

/// <summary>The environment that every task starts with. TaskRunner adds what its spec says.</summary>
internal static class TaskEnvironment
{
    public static IReadOnlyList<string> KeysFor(int ports) =>
    [
        "PIPELINE_SERVER", "TASK_ID", "PIPELINE_TICKET", .. Enumerable.Range(0, ports).Select(PortKey), .. ports > 0 ? new[] { "PORT" }
            : [],
        "TASK_HOST", "TASK_RACK_ID", "INSTANCE_NO", "PIPELINE_CLUSTER",
    ];

    /// <summary>Nobody else may set it: tasks trust it. TaskRunner keeps it so for the environment of a definition.</summary>
    public static bool IsReserved(string name) =>
        name is "INSTANCE_NO" || name.StartsWith("TASK_", StringComparison.Ordinal) || name.StartsWith("PORT", StringComparison.Ordinal)
        || name.StartsWith("PIPELINE_", StringComparison.Ordinal);

    public static string PortKey(int index) => string.Create(CultureInfo.InvariantCulture, $"PORT{index}");
}
