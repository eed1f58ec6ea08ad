namespace Pipeline.Scheduler.Core;

/// <summary>The patience of the machine. The defaults are those of the embedded clusters.</summary>
internal sealed record CoreSettings(string Cluster, string Role)
{
    public TimeSpan UnreachableAfter { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan LaunchTimeout { get; init; } = TimeSpan.FromSeconds(60);
    public int MaxCrashes { get; init; } = 3;

    /// <summary>Of failures of a service's instances: doubles from the first to the second.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A kill is sent again this long after the grace, until the end is known.</summary>
    public TimeSpan KillRetry { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan ReconcileRetry { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan ReconcileLongest { get; init; } = TimeSpan.FromMinutes(1);
    public TimeSpan ImplicitReconcile { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Offers that nothing fits on are given back after this long, so that others do not starve.</summary>
    public TimeSpan OfferHold { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan ShortRefuse { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>For a scheduler with nothing to launch; REVIVE ends it.</summary>
    public TimeSpan LongRefuse { get; init; } = TimeSpan.FromHours(1);
    public TimeSpan ReviveInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>An agent whose maintenance begins this soon gets nothing new.</summary>
    public TimeSpan MaintenanceAhead { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Judges the envelopes of a deploy at the moment of a launch: pure.</summary>
/// <returns>Null when they hold.</returns>
internal delegate TrustViolation? TrustCheck(DeploySpec spec, DateTimeOffset now);

/// <param name="Code">As in <c>SecurityEventRaised</c>.</param>
internal sealed record TrustViolation(string Code, string Detail);
