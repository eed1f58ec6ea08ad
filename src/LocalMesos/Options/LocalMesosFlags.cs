using System.Text.Json;

namespace Pipeline.LocalMesos.Options;

/// <summary>The command line, in the style of Mesos' own flags (<c>--name=value</c> or <c>--name value</c>).</summary>
internal static class LocalMesosFlags
{
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

        if (options.RequireCredentials && options.Credentials.Count == 0)
            throw new FormatException("--require_credentials needs --credentials FILE: without any, nobody could call this cluster.");
        return options.WorkDirectory.Length > 0
            ? options
            : throw new FormatException("--work_dir is missing. Name a directory for sandboxes and ids.");
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            throw new FormatException($"'{argument}' is not a flag; flags look like --name=value.");
        var parts = argument[2..].Split('=', 2);
        return (parts[0], parts.Length > 1 ? parts[1] : null);
    }

    private static bool IsSwitch(string name) => name is "http_command_executor" or "authenticate_http_frameworks"
        or "require_credentials" or "enforce_limits" or "enforce_container_disk_quota"
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
        "authenticate_http_readonly" => o with { AuthenticateReadOnly = FlagValue.Switch(name, value) },
        "authenticate_http_readwrite" => o with { AuthenticateReadWrite = FlagValue.Switch(name, value) },
        "agent_ping_timeout" => o with { AgentPingTimeout = FlagValue.Duration(name, value) },
        "max_agent_ping_timeouts" => o with { MaxAgentPingTimeouts = FlagValue.Number(name, value, 1, 1000) },
        "executor_environment_variables" => o with { TaskEnvironment = ParseEnvironment(value) },
        "http_command_executor" => o with { HttpCommandExecutor = FlagValue.Switch(name, value) },
        "authenticate_http_frameworks" => o with { AuthenticateFrameworks = FlagValue.Switch(name, value) },
        "credentials" => o with { Credentials = ReadCredentials(value) },
        "require_credentials" => o with { RequireCredentials = FlagValue.Switch(name, value) },
        "enforce_limits" => o with { EnforceLimits = FlagValue.Switch(name, value) },
        "enforce_container_disk_quota" => o with { EnforceDiskQuota = FlagValue.Switch(name, value) },
        "docker_socket" => o with { DockerSocket = value },
        "exit_with" => o with { ExitWith = FlagValue.Number(name, value, 1, int.MaxValue) },
        _ when VirtualAgentFlags.With(o.Virtual, name, value) is { } changed => o with { Virtual = changed },
        _ => throw new FormatException($"--{name} is unknown.\n{Usage.Text}"),
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
            var variables = JsonSerializer.Deserialize<Dictionary<string, string?>>(value) ?? [];
            return variables.ToDictionary(
                v => v.Key, v => v.Value ?? throw new FormatException($"--executor_environment_variables: {v.Key} has no value."));
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
                .ToDictionary(c => c.GetProperty("principal").GetString()!, Secret);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException
            or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"--credentials {path}: {e.Message}", e);
        }
    }

    // An empty secret would let in whoever knows the principal.
    private static string Secret(JsonElement credential) => credential.GetProperty("secret").GetString() is { Length: > 0 } secret
        ? secret
        : throw new InvalidOperationException($"the principal {credential.GetProperty("principal").GetString()} has no secret.");
}
