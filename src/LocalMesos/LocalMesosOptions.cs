using System.Globalization;
using System.Text.Json;
using Pipeline.LocalMesos.Virtual;

namespace Pipeline.LocalMesos;

/// <summary>How many agents stand in a rack.</summary>
public sealed record RackOptions(string Rack, int Agents);

/// <summary>When free resources are offered.</summary>
public enum AllocationMode
{
    /// <summary>Every second, and at once when a task frees some.</summary>
    Continuous,

    /// <summary>Every second, as a real master does.</summary>
    Cycle,

    /// <summary>When <c>POST /localmesos/master/allocate</c> asks: for tests that need to know when.</summary>
    OnDemand,
}

/// <summary>The command line, in the style of Mesos' own flags (<c>--name=value</c> or <c>--name value</c>).</summary>
public sealed record LocalMesosOptions
{
    public const string Usage = """
        localmesos --work_dir DIR [options]: a Mesos master with its agents in one process

          --cluster NAME                         shown in the state; default "local"
          --port N                               of the master, on 127.0.0.1; 0 (default) takes a free one
          --work_dir DIR                         sandboxes, ids, localmesos.json
          --agents "rack1:2,rack2:1"             racks and their agents; default "rack1:1"; "none" with virtual ones
          --resources "cpus:8;mem:8192;disk:65536"   per agent (cores, MiB, MiB); ports are given out by localmesos unless named
          --attributes "region:local"            of every agent, beside its rack
          --agent_hostname NAME                  of every agent; default rack1-a01, rack1-a02 ...
          --allocation continuous                freed resources are offered at once; "cycle": every second; "on-demand": when asked
          --offer_timeout 30secs                 an offer that is held longer is rescinded; default never
          --agent_ping_timeout 15secs            an agent is lost after this long ...
          --max_agent_ping_timeouts 5            ... times this
          --executor_environment_variables '{"A":"B"}'   given to every task
          --http_command_executor                KILL's own kill_policy counts
          --authenticate_http_readonly, --authenticate_http_readwrite   so do operators
          --authenticate_http_frameworks         frameworks need a principal and secret ...
          --credentials FILE                     ... of this JSON file: {"credentials":[{"principal":"p","secret":"s"}]}
          --docker_socket /var/run/docker.sock   of the engine that runs tasks with an image
          --exit_with PID                        ends when that process is gone
        """;

    public string Cluster { get; private init; } = "local";

    public int Port { get; private init; }

    public string WorkDirectory { get; private init; } = "";

    public IReadOnlyList<RackOptions> Racks { get; private init; } = [new("rack1", 1)];

    public string Resources { get; private init; } = "cpus:8;mem:8192;disk:65536";

    /// <summary>Name and text of what every agent has beside its rack.</summary>
    public IReadOnlyList<(string Name, string Text)> Attributes { get; private init; } = [];

    public string? AgentHostname { get; private init; }

    public AllocationMode Allocation { get; private init; } = AllocationMode.Continuous;

    public TimeSpan? OfferTimeout { get; private init; }

    public bool AuthenticateReadOnly { get; private init; }

    public bool AuthenticateReadWrite { get; private init; }

    public TimeSpan AgentPingTimeout { get; private init; } = TimeSpan.FromSeconds(15);

    public int MaxAgentPingTimeouts { get; private init; } = 5;

    public IReadOnlyDictionary<string, string> TaskEnvironment { get; private init; } = new Dictionary<string, string>();

    public bool HttpCommandExecutor { get; private init; }

    public bool AuthenticateFrameworks { get; private init; }

    /// <summary>Principal → secret.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; private init; } = new Dictionary<string, string>();

    public string DockerSocket { get; private init; } = "/var/run/docker.sock";

    public int? ExitWith { get; private init; }

    public VirtualOptions Virtual { get; private init; } = new();

    /// <summary>After so long without an answer to pings an agent is unreachable.</summary>
    public TimeSpan AgentTimeout => AgentPingTimeout * MaxAgentPingTimeouts;

    /// <exception cref="FormatException">Names the flag, what is wrong with it and what is expected.</exception>
    public static LocalMesosOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LocalMesosOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (value is null && !IsSwitch(name) && i + 1 < arguments.Count)
                value = arguments[++i];
            options = With(options, name, value ?? (IsSwitch(name) ? "true" : throw new FormatException($"--{name} needs a value.")));
        }

        return options.WorkDirectory.Length > 0
            ? options
            : throw new FormatException("--work_dir is missing: name a directory for sandboxes and ids.");
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            throw new FormatException($"'{argument}' is not a flag; flags look like --name=value.");
        var parts = argument[2..].Split('=', 2);
        return (parts[0], parts.Length > 1 ? parts[1] : null);
    }

    private static bool IsSwitch(string name) => name is "http_command_executor" or "authenticate_http_frameworks"
        or "authenticate_http_readonly" or "authenticate_http_readwrite";

    private static LocalMesosOptions With(LocalMesosOptions o, string name, string value) => name switch
    {
        "cluster" => o with { Cluster = value },
        "port" => o with { Port = FlagValue.Number(name, value, 0, 65535) },
        "work_dir" => o with { WorkDirectory = Path.GetFullPath(value) },
        "agents" => o with { Racks = ParseRacks(value) },
        "resources" => o with { Resources = value },
        "attributes" => o with { Attributes = ParseAttributes(value) },
        "agent_hostname" => o with { AgentHostname = value },
        "allocation" => o with { Allocation = ParseAllocation(value) },
        "offer_timeout" => o with { OfferTimeout = FlagValue.Duration(name, value) },
        "authenticate_http_readonly" => o with { AuthenticateReadOnly = value == "true" },
        "authenticate_http_readwrite" => o with { AuthenticateReadWrite = value == "true" },
        "agent_ping_timeout" => o with { AgentPingTimeout = FlagValue.Duration(name, value) },
        "max_agent_ping_timeouts" => o with { MaxAgentPingTimeouts = FlagValue.Number(name, value, 1, 1000) },
        "executor_environment_variables" => o with { TaskEnvironment = ParseEnvironment(value) },
        "http_command_executor" => o with { HttpCommandExecutor = value == "true" },
        "authenticate_http_frameworks" => o with { AuthenticateFrameworks = value == "true" },
        "credentials" => o with { Credentials = ReadCredentials(value) },
        "docker_socket" => o with { DockerSocket = value },
        "exit_with" => o with { ExitWith = FlagValue.Number(name, value, 1, int.MaxValue) },
        _ when o.Virtual.With(name, value) is { } more => o with { Virtual = more },
        _ => throw new FormatException($"--{name} is not known.\n{Usage}\n{VirtualOptions.Usage}"),
    };

    private static List<RackOptions> ParseRacks(string value)
    {
        if (value == "none")
            return [];
        var racks = new List<RackOptions>();
        foreach (var part in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (rack, count) = part.Split(':') is [var r, var n] ? (r, n) : (part, "1");
            racks.Add(new RackOptions(rack, FlagValue.Number("agents", count, 1, 1000)));
        }

        return racks.Count > 0 ? racks : throw new FormatException("--agents: expected racks such as rack1:2,rack2:1.");
    }

    private static List<(string Name, string Text)> ParseAttributes(string value) =>
    [
        .. value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part =>
            part.Split(':', 2) is [var name, var text]
                ? (name, text)
                : throw new FormatException($"--attributes: '{part}' is not name:text.")),
    ];

    private static AllocationMode ParseAllocation(string value) => value switch
    {
        "continuous" => AllocationMode.Continuous,
        "cycle" => AllocationMode.Cycle,
        "on-demand" => AllocationMode.OnDemand,
        _ => throw new FormatException($"--allocation: '{value}' is not one of continuous, cycle, on-demand."),
    };

    private static Dictionary<string, string> ParseEnvironment(string value)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(value) ?? [];
        }
        catch (JsonException e)
        {
            throw new FormatException($"--executor_environment_variables: not a JSON object of strings: {e.Message}", e);
        }
    }

    private static Dictionary<string, string> ReadCredentials(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path.Replace("file://", "", StringComparison.Ordinal)));
            return document.RootElement.GetProperty("credentials").EnumerateArray()
                .ToDictionary(c => c.GetProperty("principal").GetString()!, c => c.GetProperty("secret").GetString()!);
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"--credentials {path}: {e.Message}", e);
        }
    }
}
