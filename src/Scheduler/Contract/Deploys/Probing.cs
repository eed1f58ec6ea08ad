namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>More about the readiness check than <see cref="Readiness"/> says.</summary>
/// <param name="Delay">Before the first try.</param>
/// <param name="StartupInterval">Between tries while nothing answers; null: quick first, then the interval.</param>
/// <param name="MaxFailures">Answered but bad tries allowed; refused connections do not count. Null: only the start-up time limits.</param>
/// <param name="Https">By HTTPS instead of HTTP.</param>
/// <param name="PortIndex">Of the allocated ports.</param>
/// <param name="PortNumber">A fixed port instead.</param>
/// <param name="HealthyAfter">Without a check: healthy after running for so long.</param>
public sealed record Probing(
    TimeSpan Delay = default, TimeSpan? StartupInterval = null, int? MaxFailures = null, bool Https = false, int PortIndex = 0,
    int? PortNumber = null, TimeSpan HealthyAfter = default)
{
    /// <summary>HTTP codes that fail the task at once.</summary>
    public IReadOnlyList<int> FailureCodes { get; init; } = [];
}

/// <summary>The agent's own check of one instance, much later than readiness: it kills an instance that fails.</summary>
/// <param name="Enabled">False: the agent does not check.</param>
/// <param name="Interval">Null: that of readiness, at least 5 s.</param>
/// <param name="Failures">In a row until the agent kills the task.</param>
/// <param name="HttpPath">Null: that of readiness.</param>
public sealed record Liveness(bool Enabled = true, TimeSpan? Interval = null, int Failures = 5, string? HttpPath = null);
