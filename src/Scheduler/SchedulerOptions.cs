using System.ComponentModel.DataAnnotations;

namespace Pipeline.Scheduler;

/// <summary>Host settings of the scheduler, section <c>Scheduler</c>; the clusters come from the section <c>Clusters</c>.</summary>
public sealed class SchedulerOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Scheduler";

    /// <summary>Base URL under which agents reach this server, without a slash at its end. When not set: the setting <c>PublicUrl</c>.
    /// </summary>
    [Required, Url]
    public string PublicUrl { get; set; } = "http://127.0.0.1:8080";

    /// <summary>The TaskRunner binary that agents fetch; its digest is taken when the server starts. Null: <c>taskrunner</c> beside the
    /// server.</summary>
    public string? TaskRunnerPath { get; set; }

    /// <summary>32 random bytes from which task tickets are derived; made on the first start, readable by the owner only. When not set:
    /// <c>&lt;DataDirectory&gt;/keys/server.key</c>.</summary>
    [Required]
    public string ServerKeyPath { get; set; } = "data/keys/server.key";

    /// <summary>An instance whose agent is unreachable for so long is replaced, unless its deploy says otherwise.</summary>
    public TimeSpan UnreachableAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A launch that is not confirmed after so long is reconciled.</summary>
    public TimeSpan LaunchTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the instances of a new deploy may crash before it fails.</summary>
    [Range(1, 100)]
    public int MaxCrashes { get; set; } = 3;

    /// <summary>The most instances that a request may be scaled to.</summary>
    [Range(1, 100_000)]
    public int MaxInstances { get; set; } = 1000;

    /// <summary>A task that was launched and does not run after this long is tried elsewhere.</summary>
    public TimeSpan KillIfNotRunning { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>So many agents are emptied at once; the others wait for their turn.</summary>
    [Range(1, 1000)]
    public int MaxDraining { get; set; } = 2;

    /// <summary>Tasks that one offer may take; 0 for any number.</summary>
    [Range(0, 10_000)]
    public int MaxTasksPerOffer { get; set; }

    /// <summary>An agent known from before that offers nothing for so long after the start counts as missing.</summary>
    public TimeSpan MissingAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>An agent that is missing for so long counts as dead.</summary>
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Dead agents are forgotten after this. Hosts that were decommissioned stay so.</summary>
    public TimeSpan PurgeDeadAgentsAfter { get; set; } = TimeSpan.FromHours(168);

    /// <summary>Instances leave an agent so long before its scheduled maintenance.</summary>
    public TimeSpan MaintenanceLead { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>At least a week: the master kills everything of a framework that stays away longer.</summary>
    public TimeSpan FailoverTimeout { get; set; } = TimeSpan.FromDays(28);

    /// <summary>The user that tasks run as; null for the user of the agent.</summary>
    public string? TaskUser { get; set; }

    /// <summary>How long the past is kept.</summary>
    public HistoryOptions History { get; set; } = new();

    /// <summary>By name. An empty list of masters is an error.</summary>
    public Dictionary<string, ClusterOptions> Clusters { get; } = new(StringComparer.Ordinal);
}

/// <summary><c>Clusters:&lt;name&gt;</c>.</summary>
public sealed class ClusterOptions
{
    /// <summary>Base URLs of the masters, any order; the leader is found by redirects.</summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Masters { get; set; } = [];

    /// <summary>The framework's role.</summary>
    public string Role { get; set; } = "pipeline";

    /// <summary>For the masters; null: they do not authenticate frameworks.</summary>
    public string? Principal { get; set; }

    /// <summary>The secret of the principal.</summary>
    public string? Secret { get; set; }

    /// <summary>PEM file of the authorities that the masters' certificates are checked against; null for those of the system.</summary>
    public string? CaFile { get; set; }

    /// <summary>For the agents' files and statistics; null for agents that do not authenticate.</summary>
    public string? AgentPrincipal { get; set; }

    /// <summary>The secret of the agents' principal.</summary>
    public string? AgentSecret { get; set; }

    /// <summary>As <see cref="CaFile"/>, for agents with https addresses; null: as for the masters.</summary>
    public string? AgentCaFile { get; set; }

    /// <summary>How tasks with an image are run.</summary>
    public ContainerOptions Containers { get; set; } = new();

    /// <summary>Attributes whose agents take only requests that name them (required or allowed): a list of values for each.</summary>
    public Dictionary<string, List<string>> Reserved { get; } = new(StringComparer.Ordinal);

    /// <summary>What the tasks of an owner may hold together, by the owner's name.</summary>
    public Dictionary<string, QuotaOptions> Quotas { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// <c>Clusters:&lt;name&gt;:Containers</c>. A container sees nothing of its agent but the sandbox: what TaskRunner verifies deploys by is
/// made visible at the same paths.
/// </summary>
public sealed class ContainerOptions
{
    /// <summary><c>mesos</c>: the agent's own containerizer; <c>docker</c>: its Docker engine.</summary>
    public Pipeline.Mesos.ContainerKind Engine { get; set; }

    /// <summary>The agents' <c>trust.json</c>; its directory is mounted, read-only. Null: deploys with an image refuse to run.</summary>
    public string? TrustPath { get; set; }

    /// <summary>The stages that may run on the agents, with commas: only for <c>docker</c>, which hides the agents' own setting.</summary>
    public string? Stages { get; set; }

    /// <summary>Where the agents store generations; mounted for writing. Null as for <see cref="TrustPath"/>.</summary>
    public string? StatePath { get; set; }
}

/// <summary><c>Clusters:&lt;name&gt;:Quotas:&lt;owner&gt;</c>. What is left out is not bounded.</summary>
public sealed class QuotaOptions
{
    /// <summary>In cores.</summary>
    public decimal? Cpus { get; set; }

    /// <summary>In MiB.</summary>
    public decimal? MemoryMb { get; set; }

    /// <summary>A number of tasks.</summary>
    public int? Tasks { get; set; }
}
