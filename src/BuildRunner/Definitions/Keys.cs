using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>The keys of one kind of map, and what to say about those that are not among them.</summary>
/// <param name="Where">As a message names it: <c>a module</c>.</param>
/// <param name="Later">Keys of the design that this version does not run yet: refused, never silently ignored.</param>
/// <param name="Foreign">Names that other systems use, and the name here.</param>
internal sealed record Keys(
    string Where, IReadOnlyList<string> Known, IReadOnlyList<string> Later, IReadOnlyDictionary<string, string> Foreign)
{
    private static readonly Dictionary<string, string> None = [];

    // Which kinds of deployables have a key that not every kind has.
    private static readonly (string Kinds, string Keys)[] KeysOfKinds =
    [
        ("cron", "schedule timezone overlap catch_up"), ("job", "run_on_deploy max_running"), ("cron or job", "timeout retries"),
        ("service or worker", "instances health"), ("service", "route"),
    ];

    private static readonly IReadOnlyList<string> ModuleKeys =
        ["path", "depends_on", "image", "resources", "timeout", "env", "steps", "artifacts"];

    private static readonly IReadOnlyList<string> ModuleLater =
    [
        "cache", "reports", "retry", "when", "matrix", "services", "allow_failure", "attributes", "no_output", "cancel_superseded",
        "secrets", "before", "after",
    ];

    private static readonly Dictionary<string, string> ModuleForeign = Map(
        ("depends_on", "needs requires dependencies depends dependsOn depends-on after_modules passed"),
        ("image", "container docker image_resource"),
        ("env", "variables environment params vars"),
        ("timeout", "timeout-minutes timeout_minutes timeout_in_minutes no_output_timeout"),
        ("steps", "script commands command run jobs tasks plan stages"),
        ("artifacts", "artifact_paths store_artifacts outputs artifact"),
        ("resources", "runs-on runs_on tags agents labels resource_class buildResources"),
        ("path", "paths changes dir directory working-directory working_directory workdir if_changed"));

    public static readonly Keys Module = new("a module", ModuleKeys, ModuleLater, ModuleForeign);

    public static readonly Keys Root = new(
        "the file", ["modules", "deployables", .. ModuleKeys], ModuleLater,
        new Dictionary<string, string>(ModuleForeign, StringComparer.Ordinal)
        {
            ["jobs"] = "modules",
            ["workflows"] = "modules",
            ["pipeline"] = "modules",
            ["deploy"] = "deployables",
            ["deployments"] = "deployables",
        })
    {
        Notes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["stages"] = "Stages are configured on the server (stages.yaml); here a deployable may say what differs by stage.",
            ["on"] = "Every push builds; there is nothing to switch on.",
            ["name"] = "The repository's name is used.",
            ["version"] = "The format has no version; remove the key.",
        },
    };

    /// <summary>Of a file with <c>modules</c>: the keys of its only module have no place beside them.</summary>
    public static readonly Keys RootOfModules = Root with
    {
        Refused = ModuleKeys.ToDictionary(k => k, _ => "it belongs in a module", StringComparer.Ordinal),
    };

    public static readonly Keys Step = new(
        "a step", ["name", "run", "timeout", "env"],
        ["cache", "retry", "reports", "when", "allow_failure", "no_output", "matrix", "services", "image", "secrets"],
        Map(("run", "script commands command cmd shell task exec"), ("name", "label title id key"), ("env", "variables environment params"),
            ("timeout", "timeout-minutes timeout_minutes timeout_in_minutes no_output_timeout"),
            ("allow_failure", "continue-on-error continue_on_error soft_fail failure try"), ("when", "if only except rules")));

    public static readonly Keys Artifact = new(
        "an artifact", ["name", "path"], ["retain", "media_type"], Map(("path", "paths file files destination source")));

    public static readonly Keys ModuleResources = new("'resources'", ["cpus", "memory", "disk"], ["gpus", "network"], Map(
        ("cpus", "cpu cores"), ("memory", "mem memoryMb ram"), ("disk", "storage diskMb")));

    public static readonly Keys Resources = ModuleResources with
    {
        Known = ["cpus", "memory", "disk", "ports"],
        Foreign = Map(("cpus", "cpu cores"), ("memory", "mem memoryMb ram"), ("disk", "storage diskMb"), ("ports", "port")),
    };

    public static readonly Keys RunResources = Resources with
    {
        Refused = new Dictionary<string, string>(StringComparer.Ordinal) { ["ports"] = "a cron or job has none" },
    };

    public static readonly Keys StageResources = ModuleResources with
    {
        Where = "'resources' of a stage",
        Known = ["cpus", "memory"],
        Later = ["disk", "ports"],
    };

    public static readonly Keys AnyDeployable = new(
        "a deployable",
        [
            "kind", "artifact", "run", "image", "instances", "resources", "health", "env", "route", "stages", "schedule", "timezone",
            "overlap", "catch_up", "timeout", "retries", "run_on_deploy", "max_running",
        ],
        ["separation", "attributes", "kill_grace", "secrets", "hooks", "volumes", "priority"],
        Map(
            ("kind", "type"), ("image", "container docker"), ("run", "command cmd entrypoint script args exec"),
            ("instances", "replicas count scale"),
            ("env", "variables environment params"),
            ("health", "healthcheck health_check readiness readinessProbe livenessProbe probe"), ("route", "ingress host path routes url"),
            ("resources", "limits requests"), ("stages", "environments overrides"), ("artifact", "artifacts build from"),
            ("schedule", "cron crontab"), ("timezone", "tz time_zone timeZone"), ("run_on_deploy", "once runOnDeploy run_once"),
            ("timeout", "max_run_time activeDeadlineSeconds"), ("retries", "backoffLimit retry"),
            ("overlap", "concurrencyPolicy concurrency")));

    public static readonly Keys Health = new(
        "'health'", ["http", "startup", "interval", "timeout", "successes", "healthy_for"], ["tcp", "command", "port", "headers", "status"],
        Map(
            ("http", "path url endpoint httpGet"), ("startup", "start_period initialDelaySeconds grace"),
            ("interval", "period periodSeconds"),
            ("successes", "successThreshold healthy_threshold retries")));

    public static readonly Keys Stage = new(
        "a stage of a deployable", ["instances", "env", "resources"], ["route", "health", "run", "kind", "artifact"],
        Map(("instances", "replicas count scale"), ("env", "variables environment params")));

    public static readonly Keys RunStage = Stage with
    {
        Where = "a stage of a cron or job",
        Known = ["env", "resources"],
        Later = ["schedule", .. Stage.Later],
    };

    /// <summary>What to say about a key that is not called something else here.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; private init; } = None;

    /// <summary>Known keys that this very map cannot have, and why not: no hint may lead to one without saying so.</summary>
    public IReadOnlyDictionary<string, string> Refused { get; private init; } = None;

    /// <summary>The keys of a deployable of a kind.</summary>
    public static Keys DeployableOf(string kind) => AnyDeployable with
    {
        Refused = KeysOfKinds
            .Where(k => !k.Kinds.Split(" or ").Contains(kind))
            .SelectMany(k => k.Keys.Split(' ').Select(key => (key, reason: $"only a {k.Kinds} has it")))
            .ToDictionary(k => k.key, k => k.reason, StringComparer.Ordinal),
    };

    /// <summary>Ignored, so that anchors can be kept under it.</summary>
    public static bool IsFree(string key) => key.StartsWith("x-", StringComparison.Ordinal);

    /// <summary>Message and hint for a key that is not known here.</summary>
    public (string Message, string? Hint) Explain(string key)
    {
        if (Later.Contains(key))
            return ($"'{key}' is not available in this version.", "Remove it; nothing would act on it.");
        var ours = Foreign.GetValueOrDefault(key);
        if (ours is not null && Later.Contains(ours))
            return ($"'{key}' is not available in this version.", "Remove it; nothing would act on it.");
        return ($"{Where} has no key {TextRules.Quote(key)}.", Notes.GetValueOrDefault(key) ?? Hint(key, ours));
    }

    private string Hint(string key, string? ours)
    {
        if (ours is not null && Known.Contains(ours))
            return $"'{key}' is called '{ours}' here{(Refused.TryGetValue(ours, out var why) ? $"; {why}" : "")}.";
        var near = Known.FirstOrDefault(k => k.Equals(key, StringComparison.OrdinalIgnoreCase))
            ?? Spelling.Nearest(key, Known, k => Math.Max(1, k.Length / 3));
        if (near is not null)
            return $"Did you mean '{near}'?{(Refused.TryGetValue(near, out var reason) ? $" But {reason}." : "")}";
        return $"Known are {string.Join(", ", Known.Where(k => !Refused.ContainsKey(k)))}; keys that start with x- are free.";
    }

    private static Dictionary<string, string> Map(params (string Ours, string Theirs)[] names) => names
        .SelectMany(n => n.Theirs.Split(' ').Select(theirs => (theirs, n.Ours)))
        .ToDictionary(n => n.theirs, n => n.Ours, StringComparer.Ordinal);
}
