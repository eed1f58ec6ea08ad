using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Messages;

/// <summary>Time-outs and limits of the scheduler. The defaults are those of the embedded clusters.</summary>
internal sealed record CoreSettings(string Cluster, string Role)
{
    public TimeSpan UnreachableAfter { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan LaunchTimeout { get; init; } = TimeSpan.FromSeconds(60);
    public int MaxCrashes { get; init; } = 3;

    /// <summary>Before a failed instance is restarted: doubles with each failure, up to the longest.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A kill is sent again this long after the grace, until the end is known.</summary>
    public TimeSpan KillRetry { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan ReconcileRetry { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan ReconcileLongest { get; init; } = TimeSpan.FromMinutes(1);
    public TimeSpan ImplicitReconcile { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Offers that nothing fits on are declined after this long, so that other frameworks do not starve.</summary>
    public TimeSpan OfferHold { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan ShortRefuse { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The decline duration when nothing waits; REVIVE ends it early.</summary>
    public TimeSpan LongRefuse { get; init; } = TimeSpan.FromHours(1);
    public TimeSpan ReviveInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>While work waits and nothing is offered, offers are requested again after this long, then after twice as long, and so
    /// on.</summary>
    public TimeSpan ReviveRetry { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan ReviveLongest { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A task that does not run this long after its launch is tried elsewhere.</summary>
    public TimeSpan KillIfNotRunning { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A bounce without an expiry of its own is cancelled after this long.</summary>
    public TimeSpan BounceLasts { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The most that a request may be scaled to.</summary>
    public int MaxInstances { get; init; } = 1000;

    /// <summary>By owner. An owner that is not named has none.</summary>
    public IReadOnlyDictionary<string, Quota> Quotas { get; init; } = new Dictionary<string, Quota>();
    /// <summary>How many agents drain at once; the others wait for their turn.</summary>
    public int MaxDraining { get; init; } = 2;

    /// <summary>Agents that nothing was heard of this long after the start are missing, if offers are being requested.</summary>
    public TimeSpan MissingAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>An agent missing for this long counts as dead.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Dead agents are forgotten after this.</summary>
    public TimeSpan PurgeAfter { get; init; } = TimeSpan.FromHours(168);

    /// <summary>0: any number.</summary>
    public int MaxTasksPerOffer { get; init; }

    /// <summary>Attributes whose agents take only requests that name them: values by attribute.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Reserved { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Instances start to leave an agent this long before its maintenance.</summary>
    public TimeSpan MaintenanceLead { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A declined inverse offer is offered again after this.</summary>
    public TimeSpan InverseRefuse { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest time that an offer is declined for because nothing that waits fits on it.</summary>
    public TimeSpan LongestMisfitRefuse { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>An agent whose maintenance begins this soon gets nothing new.</summary>
    public TimeSpan MaintenanceAhead { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>What the launched tasks of an owner may hold together. Null: any amount.</summary>
internal sealed record Quota(decimal? Cpus, decimal? MemoryMb, int? Tasks);

/// <summary>Verifies the envelopes of a deploy at the moment of a launch. Pure.</summary>
/// <returns>Null when they verify.</returns>
internal delegate TrustViolation? TrustCheck(Deploy deploy, DateTimeOffset now);

/// <param name="Code">As in <c>SecurityEventRaised</c>.</param>
/// <param name="Outdated">Nothing is wrong but its age: the task waits for the fresh statement that the server makes.</param>
internal sealed record TrustViolation(string Code, string Detail, bool Outdated = false);
