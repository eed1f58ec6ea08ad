namespace Pipeline.TaskRunner.Runtime;

/// <summary>What the scheduler (CommandInfo) and the agent (executor environment) gave this task.</summary>
/// <param name="Sandbox">The folder the task was started in.</param>
/// <param name="TrustPath">The agent's <c>trust.json</c>, with <c>root.pub</c> beside it; null where the agent gives none.</param>
/// <param name="StatePath">Where the agent remembers generations, across tasks.</param>
/// <param name="Stages">The stages that may run on this agent.</param>
/// <param name="Inherited">PATH, ports and names that steps and services see; never the ticket.</param>
internal sealed record RunnerEnvironment(
    Uri Server, string TaskId, string Ticket, string Sandbox, string? TrustPath, string? StatePath, IReadOnlyList<string>? Stages,
    IReadOnlyDictionary<string, string> Inherited)
{
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

        var inherited = new Dictionary<string, string>();
        foreach (var name in names.Where(IsPassed))
            inherited[name] = variable(name) ?? "";
        inherited.TryAdd("PATH", DefaultPath);
        return (
            new RunnerEnvironment(
                new Uri(server.TrimEnd('/') + "/"), task, ticket, sandbox, NotEmpty(variable("PIPELINE_TRUST")),
                NotEmpty(variable("PIPELINE_STATE")),
                variable("PIPELINE_STAGES")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), inherited),
            null);
    }

    private static bool IsPassed(string name) =>
        Passed.Contains(name)
        || (name.StartsWith("PORT", StringComparison.Ordinal) && name.Length > 4
            && name.AsSpan(4).IndexOfAnyExceptInRange('0', '9') < 0);

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
