namespace Pipeline.LocalMesos.Options;

/// <summary>Agents for load tests: their tasks are timers, not processes.</summary>
internal sealed record VirtualAgentOptions
{
    /// <summary>0 for none.</summary>
    public int Agents { get; init; }

    public int Racks { get; init; } = 10;

    public string Resources { get; init; } = "cpus:16;mem:65536;disk:262144;ports:[31000-31999]";

    public TimeSpan LaunchDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan? RunTime { get; init; }

    public double Unhealthy { get; init; }

    public double UpdateLoss { get; init; }

    public double UpdateDuplication { get; init; }

    public int Seed { get; init; } = 1;
}
