using System.Globalization;
using System.Text.Json;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>
/// Compares our JSON with the recorded one: the same keys in the same order, the same values but for ids (see <see cref="IdMap"/>),
/// times, processes and sizes on disk. Lists that a master keeps as sets may come in any order.
/// </summary>
internal sealed class JsonComparison(IdMap ids, IReadOnlySet<string> ignored)
{
    // Times, pids and the like: their presence and kind count, not their value.
    private static readonly HashSet<string> Incomparable =
    [
        "timestamp", "nanoseconds", "executor_pid", "start_time", "elected_time", "build_time", "build_date", "git_sha", "build_user",
        "registered_time", "reregistered_time", "unregistered_time", "mtime", "cpus_user_time_secs", "cpus_system_time_secs",
        "mem_rss_bytes", "disk_used_bytes", "used_bytes", "statistics_timestamp",
    ];

    private static readonly HashSet<string> Sets =
    [
        "resources", "total_resources", "allocated_resources", "offered_resources", "attributes", "capabilities", "tasks", "frameworks",
        "completed_frameworks", "unreachable_tasks", "completed_tasks", "executors", "completed_executors", "containers", "agents",
        "offers",
        "inverse_offers", "flags", "metrics", "roles", "file_infos", "launched_tasks", "terminated_tasks", "queued_tasks", "machine_ids",
        "slaves", "statuses", "volumes", "reserved_resources_full", "unreserved_resources_full", "used_resources_full",
        "offered_resources_full",
    ];

    public List<string> Differences { get; } = [];

    public bool Compare(JsonElement recorded, JsonElement actual, string path = "", string name = "")
    {
        if (ignored.Contains(path))
            return true;
        if (recorded.ValueKind != actual.ValueKind)
            return recorded.ValueKind is JsonValueKind.True or JsonValueKind.False && Incomparable.Contains(name)
                || Differs(path, recorded, actual);
        return recorded.ValueKind switch
        {
            JsonValueKind.Object => CompareObjects(recorded, actual, path),
            JsonValueKind.Array when Sets.Contains(name) => CompareSets(recorded, actual, path),
            JsonValueKind.Array => CompareLists(recorded, actual, path),
            JsonValueKind.String => Incomparable.Contains(name) || ids.Matches(recorded.GetString()!, actual.GetString()!)
                || Differs(path, recorded, actual),
            JsonValueKind.Number => Incomparable.Contains(name) || SameNumber(recorded.GetRawText(), actual.GetRawText())
                || Differs(path, recorded, actual),
            JsonValueKind.Undefined or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => true,
        };
    }

    private bool Differs(string path, JsonElement recorded, JsonElement actual)
    {
        Differences.Add($"{path}: recorded {Short(recorded.GetRawText())}, ours {Short(actual.GetRawText())}");
        return false;
    }

    private bool SameNumber(string recorded, string actual) =>
        recorded == actual
        || (long.TryParse(actual, CultureInfo.InvariantCulture, out var number)
            && recorded == ids.Normal(number).ToString(CultureInfo.InvariantCulture));

    private bool CompareObjects(JsonElement recorded, JsonElement actual, string path)
    {
        var expected = recorded.EnumerateObject().Where(p => !ignored.Contains(At(path, p.Name))).ToList();
        var seen = actual.EnumerateObject().Where(p => !ignored.Contains(At(path, p.Name))).ToList();
        if (!expected.Select(p => p.Name).SequenceEqual(seen.Select(p => p.Name)))
        {
            Differences.Add($"{path}: recorded keys {string.Join(',', expected.Select(p => p.Name))}, ours {string.Join(',', seen.Select(p => p.Name))}");
            return false;
        }

        var same = true;
        for (var i = 0; i < expected.Count; i++)
            same &= Compare(expected[i].Value, seen[i].Value, At(path, expected[i].Name), expected[i].Name);
        return same;
    }

    private bool CompareLists(JsonElement recorded, JsonElement actual, string path)
    {
        var (expected, seen) = (recorded.EnumerateArray().ToList(), actual.EnumerateArray().ToList());
        if (expected.Count != seen.Count)
            return Differs(path, recorded, actual);
        var same = true;
        for (var i = 0; i < expected.Count; i++)
            same &= Compare(expected[i], seen[i], path);
        return same;
    }

    private bool CompareSets(JsonElement recorded, JsonElement actual, string path)
    {
        // The recorded master had served other frameworks before; what it remembers of them is not of this scenario.
        var expected = recorded.EnumerateArray().Where(IsOfThisScenario).ToList();
        var seen = actual.EnumerateArray().ToList();
        if (expected.Count != seen.Count)
        {
            Differences.Add(
                $"{path}: recorded {expected.Count} {Short(recorded.GetRawText())}, ours {seen.Count} {Short(actual.GetRawText())}");
            return false;
        }

        return expected.TrueForAll(e => TakeEqual(e, seen, path));
    }

    private bool TakeEqual(JsonElement expected, List<JsonElement> seen, string path)
    {
        List<string> closest = [];
        foreach (var candidate in seen)
        {
            var trial = new JsonComparison(ids.Copy(), ignored);
            if (trial.Compare(expected, candidate, path))
            {
                ids.Adopt(trial.Ids);
                seen.Remove(candidate);
                return true;
            }

            if (closest.Count == 0 || trial.Differences.Count < closest.Count)
                closest = trial.Differences;
        }

        Differences.AddRange(closest);
        return false;
    }

    private IdMap Ids => ids;

    private bool IsOfThisScenario(JsonElement element)
    {
        var id = FrameworkOf(element);
        return id is null || ids.Knows(id);
    }

    private static string? FrameworkOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        if (element.TryGetProperty("framework_info", out var info) && info.TryGetProperty("id", out var id))
            return id.GetProperty("value").GetString();
        if (element.TryGetProperty("executor_info", out var executor))
            return FrameworkOf(executor);
        if (!element.TryGetProperty("framework_id", out var framework))
            return element.TryGetProperty("used_resources", out _) && element.TryGetProperty("failover_timeout", out _)
                ? element.GetProperty("id").GetString()
                : null;
        return framework.ValueKind == JsonValueKind.String ? framework.GetString() : framework.GetProperty("value").GetString();
    }

    private static string At(string path, string name) => path.Length == 0 ? name : path + "." + name;

    private static string Short(string text) => text.Length > 400 ? text[..400] + "…" : text;
}
