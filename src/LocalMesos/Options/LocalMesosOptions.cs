namespace Pipeline.LocalMesos.Options;

/// <summary>A rack and how many agents it has.</summary>
internal sealed record RackOptions(string Rack, int Agents);

/// <summary>The settings of a cluster; each is named after its flag.</summary>
internal sealed record LocalMesosOptions
{
    public string Cluster { get; init; } = "local";

    public int Port { get; init; }

    public string WorkDirectory { get; init; } = "";

    public IReadOnlyList<RackOptions> Racks { get; init; } = [new("rack1", 1)];

    public string Resources { get; init; } = "cpus:8;mem:8192;disk:65536";

    /// <summary>Name and text of every agent's attributes besides its rack.</summary>
    public IReadOnlyList<(string Name, string Text)> Attributes { get; init; } = [];

    public string? AgentHostname { get; init; }

    public AllocationMode Allocation { get; init; } = AllocationMode.Continuous;

    public TimeSpan? OfferTimeout { get; init; }

    public bool AuthenticateReadOnly { get; init; }

    public bool AuthenticateReadWrite { get; init; }

    public TimeSpan AgentPingTimeout { get; init; } = TimeSpan.FromSeconds(15);

    public int MaxAgentPingTimeouts { get; init; } = 5;

    public IReadOnlyDictionary<string, string> TaskEnvironment { get; init; } = new Dictionary<string, string>();

    public bool HttpCommandExecutor { get; init; }

    public bool AuthenticateFrameworks { get; init; }

    /// <summary>Principal → secret.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>Every request on every port needs one of the credentials.</summary>
    public bool RequireCredentials { get; init; }

    /// <summary>Memory, processes and processor of each task are limited by a control group.</summary>
    public bool EnforceLimits { get; init; }

    /// <summary>A task whose sandbox grows over its disk is ended.</summary>
    public bool EnforceDiskQuota { get; init; }

    public string DockerSocket { get; init; } = "/var/run/docker.sock";

    public int? ExitWith { get; init; }

    public VirtualAgentOptions Virtual { get; init; } = new();

    /// <summary>An agent that does not answer pings for this long is unreachable.</summary>
    public TimeSpan AgentTimeout => AgentPingTimeout * MaxAgentPingTimeouts;
}
