namespace Pipeline.TaskRunner.Runtime;

/// <summary>What the scheduler (CommandInfo) and the agent (executor environment) gave this task.</summary>
/// <param name="Sandbox">The folder the task was started in.</param>
/// <param name="TrustPath">The agent's <c>trust.json</c>, with <c>root.pub</c> beside it; null where the agent gives none.</param>
/// <param name="StatePath">Where the agent remembers generations, across tasks.</param>
/// <param name="Stages">The stages that may run on this agent.</param>
/// <param name="RunsBuilds">False where the agent's configuration says that it is no place for builds.</param>
/// <param name="Inherited">PATH, ports and names that steps and services see; never the ticket.</param>
/// <param name="Isolator">What keeps the task's programs away from the rest of the agent.</param>
/// <param name="TaskUsers">The range of user ids for tasks, for a runner that is root.</param>
/// <param name="ToolFolders">Folders besides the system's own that tasks may read: the agent's tools.</param>
internal sealed record RunnerEnvironment(
    Uri Server, string TaskId, string Ticket, string Sandbox, string? TrustPath, string? StatePath, IReadOnlyList<string>? Stages,
    bool RunsBuilds, IReadOnlyDictionary<string, string> Inherited, Isolator Isolator, string TaskUsers, IReadOnlyList<string> ToolFolders)
{
    /// <summary>The ports that the agent gave to the task.</summary>
    public IReadOnlyList<int> Ports { get; } =
        [.. Inherited.Where(v => v.Key != "PORT" && IsPort(v.Key)).Select(v => int.TryParse(v.Value, out var port) ? port : 0)
            .Where(p => p > 0)];

    /// <summary>User ids of tasks when the agent names none: no user of Debian, systemd or a container is among them.</summary>
    public const string DefaultUsers = "410000-419999";

    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] Passed =
    [
        "PATH", "DOTNET_ROOT", "PORT", "TASK_ID", "TASK_HOST", "TASK_RACK_ID", "INSTANCE_NO", "PIPELINE_CLUSTER", "TZ", "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];

    /// <returns>Null with the name of the variable that is missing.</returns>
    public static (RunnerEnvironment? Environment, string? Missing) Read(
        Func<string, string?> variable, IEnumerable<string> names, string sandbox)
    {
        string? missing = null;
        string Required(string name)
        {
            var value = variable(name);
            if (string.IsNullOrEmpty(value))
                missing ??= name;
            return value ?? "";
        }

        var server = Required("PIPELINE_SERVER");
        if (missing is null && !Uri.TryCreate(server, UriKind.Absolute, out _))
            missing = "PIPELINE_SERVER (a URL)";
        var task = Required("TASK_ID");
        var ticket = Required("PIPELINE_TICKET");
        if (missing is not null)
            return (null, missing);

        if (IsolatorOf(variable("PIPELINE_ISOLATION")) is not { } isolator)
            return (null, "PIPELINE_ISOLATION (bubblewrap, agent or none)");
        var inherited = new Dictionary<string, string>();
        foreach (var name in names.Where(IsPassed))
            inherited[name] = variable(name) ?? "";
        inherited.TryAdd("PATH", DefaultPath);
        return (
            new RunnerEnvironment(
                new Uri(server.TrimEnd('/') + "/"), task, ticket, sandbox, NotEmpty(variable("PIPELINE_TRUST")),
                NotEmpty(variable("PIPELINE_STATE")),
                variable("PIPELINE_STAGES")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                NotEmpty(variable("PIPELINE_BUILDS")) != "deny", inherited,
                isolator, NotEmpty(variable("PIPELINE_TASK_USERS")) ?? DefaultUsers,
                [.. (variable("PIPELINE_TOOLS") ?? "").Split(':').Where(Path.IsPathRooted)]),
            null);
    }

    private static Isolator? IsolatorOf(string? name) => name switch
    {
        null or "" or "bubblewrap" => Runtime.Isolator.Bubblewrap,
        "agent" => Runtime.Isolator.Agent,
        "none" => Runtime.Isolator.None,
        _ => null,
    };

    private static bool IsPassed(string name) =>
        Passed.Contains(name) || IsPort(name);

    private static bool IsPort(string name) =>
        name.StartsWith("PORT", StringComparison.Ordinal) && name.Length > 4 && name.AsSpan(4).IndexOfAnyExceptInRange('0', '9') < 0;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
