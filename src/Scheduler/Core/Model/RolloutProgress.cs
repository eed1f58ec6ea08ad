namespace Pipeline.Scheduler.Core.Model;

/// <summary>How far a deploy with groups has come. Stored as JSON.</summary>
/// <param name="Step">Of the groups, from 0.</param>
/// <param name="StepSince">When its instances were asked for: its budget runs from here.</param>
/// <param name="Proven">Instances of earlier groups: so many of the old deploy have left.</param>
/// <param name="HealthyAt">Since when the whole group is healthy; null while it is not.</param>
/// <param name="Failures">Of tasks in this group.</param>
/// <param name="Accepted">Somebody said advance, or a check accepted.</param>
internal sealed record RolloutProgress(
    int Step, DateTimeOffset? StepSince, int Proven, DateTimeOffset? HealthyAt, int Failures, bool Accepted)
{
    public static readonly RolloutProgress None = new(0, null, 0, null, 0, false);

    /// <summary>Of a run: since when it takes longer than it should. Announced once.</summary>
    public DateTimeOffset? LateSince { get; init; }
}

/// <summary>Why a deploy failed or was cancelled, as a stable word.</summary>
internal enum DeployFailure
{
    TaskFailedOnStartup,
    FailedHealthChecks,
    CouldNotBeScheduled,
    NeverEnteredRunning,
    ExpectedRunningFinished,
    Cancelled,
    Overdue,
    RequestRemoved,
    RequestPaused,
    Superseded,
    CheckRejected,
    ConfigInvalid,
    Security,
}
