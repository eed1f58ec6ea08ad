namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>
/// The policy of a deploy beyond what it runs: immutable, versioned with it, and in force only while it is. Every part has defaults, so
/// that a submission names only what it needs, and an old row keeps its meaning.
/// </summary>
public sealed record DeployOptions
{
    /// <summary>Every part at its default.</summary>
    public static readonly DeployOptions Default = new();

    /// <summary>Where instances may go and how they spread.</summary>
    public Placement Placement { get; init; } = new();
    /// <summary>What happens to instances that are out of reach.</summary>
    public Unreachable Unreachable { get; init; } = new();
    /// <summary>What a task may use at most.</summary>
    public Limits Limits { get; init; } = new();
    /// <summary>How the instances of the deploy before are replaced.</summary>
    public Rollout Rollout { get; init; } = new();
    /// <summary>How failed runs are retried.</summary>
    public Retry Retry { get; init; } = new();

    /// <summary>When runs start: required for kind cron, and not allowed for others.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Limits of runs that are started on demand.</summary>
    public OnDemand OnDemand { get; init; } = new();
    /// <summary>Details of the readiness check.</summary>
    public Probing Probing { get; init; } = new();

    /// <summary>The agent's own check of one instance, much later than readiness.</summary>
    public Liveness Liveness { get; init; } = new();

    /// <summary>0 to 1; null by kind: service 0.7, worker 0.5, others 0.3.</summary>
    public decimal? Priority { get; init; }

    /// <summary>The owner whose quota and share its tasks count against; null: none.</summary>
    public string? Owner { get; init; }

    /// <summary>A run ends after this long, as failed. Null: no limit. Services and workers have none.</summary>
    public TimeSpan? RunLimit { get; init; }

    /// <summary>A run that takes longer is reported once and goes on. Null: twice the average of its last runs.</summary>
    public TimeSpan? ExpectedRunTime { get; init; }

    /// <summary>How long runs of a replaced deploy may go on. Zero ends them at once.</summary>
    public TimeSpan KillOldAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The pause before whatever replaces a finished task.</summary>
    public TimeSpan WaitAfterTask { get; init; } = TimeSpan.Zero;

    /// <summary>The deploy may succeed without its readiness check.</summary>
    public bool SkipHealth { get; init; }

    /// <summary>Deploys to a paused request and unpauses it when the deploy succeeds. Without it such a deploy is refused.</summary>
    public bool Unpause { get; init; }

    /// <summary>The most instances that a scale may ask for; null: only the cluster's bound.</summary>
    public int? MaxInstances { get; init; }
}
