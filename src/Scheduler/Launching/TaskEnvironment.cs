using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Attestation.Runs;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Scheduler.Launching;

/// <summary>The environment of a task: what the scheduler gives, then what its deploy and its run say, which TaskRunner adds.</summary>
internal static partial class TaskEnvironment
{
    private const string Hidden = "hidden";

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

    /// <summary>For people: what may be a secret is there by name only.</summary>
    /// <param name="task">The task.</param>
    /// <param name="addresses">Where the task reaches us, and where it is reached itself; null before it is placed.</param>
    /// <param name="runnerSpec">What TaskRunner receives, JSON; null when it is not kept any more.</param>
    /// <param name="runEnvironment">Of one run, a JSON object; null for none.</param>
    public static IReadOnlyList<EnvironmentView> Of(TaskView task, (string Server, string? Task) addresses, string? runnerSpec,
        string? runEnvironment)
    {
        var all = new SortedDictionary<string, EnvironmentView>(StringComparer.Ordinal);
        var mask = new List<string>();
        foreach (var (name, value) in Given(task, addresses.Server, addresses.Task))
            all[name] = new EnvironmentView(name, value, value == Hidden, "scheduler");
        if (runnerSpec is not null)
        {
            using var spec = JsonDocument.Parse(runnerSpec);
            if (spec.RootElement.TryGetProperty("mask", out var secrets) && secrets.ValueKind == JsonValueKind.Array)
                mask.AddRange(secrets.EnumerateArray().Select(s => s.GetString() ?? "").Where(s => s.Length > 0));
            if (spec.RootElement.TryGetProperty("environment", out var environment))
                Add(all, environment, mask, "deploy");
            else if (RunSpecification.TryParse(RunnerText.Of(runnerSpec).Specification) is { } signed)
                Add(all, JsonSerializer.SerializeToElement(signed.Environment), mask, "deploy");
        }

        if (runEnvironment is not null)
        {
            using var run = JsonDocument.Parse(runEnvironment);
            Add(all, run.RootElement, mask, "run");
        }

        return [.. all.Values];
    }

    private static IEnumerable<(string Name, string Value)> Given(TaskView task, string server, string? address)
    {
        foreach (var name in KeysFor(task.Ports.Count))
        {
            var value = name switch
            {
                "PIPELINE_SERVER" => server,
                "PIPELINE_CLUSTER" => task.Cluster,
                "PIPELINE_TICKET" => Hidden,
                "TASK_ID" => task.Id,
                "TASK_HOST" => address,
                "TASK_RACK_ID" => address is null ? null : task.Rack ?? "",
                "INSTANCE_NO" => task.Instance.ToString(CultureInfo.InvariantCulture),
                _ => task.Ports[name == "PORT" ? 0 : int.Parse(name.AsSpan("PORT".Length), CultureInfo.InvariantCulture)]
                    .ToString(CultureInfo.InvariantCulture),
            };
            if (value is not null)
                yield return (name, value);
        }
    }

    private static void Add(SortedDictionary<string, EnvironmentView> all, JsonElement from, List<string> mask, string source)
    {
        if (from.ValueKind != JsonValueKind.Object)
            return;
        foreach (var variable in from.EnumerateObject())
        {
            var value = variable.Value.ToString();
            var hides = SecretName().IsMatch(variable.Name) || Credentials().IsMatch(value)
                || mask.Exists(s => value.Contains(s, StringComparison.Ordinal));
            all[variable.Name] = new EnvironmentView(variable.Name, hides ? Hidden : value, hides, source);
        }
    }

    private const string SecretWords =
        "SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|PRIVATE|_KEY$|^KEY$|AUTH|COOKIE|TICKET|CONNECTION_?STRING|_DSN$";

    [GeneratedRegex(SecretWords, RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    /// <summary>An address with a password in it, a bearer, a PEM key.</summary>
    [GeneratedRegex(@"://[^/\s:@]+:[^@\s]+@|password\s*=|-----BEGIN|^(bearer|basic) ", RegexOptions.IgnoreCase)]
    private static partial Regex Credentials();
}
