namespace Pipeline.Scheduler.Core.State;

internal enum TimerKind
{
    Launch,
    Kill,
    Unreachable,
    Startup,
    Probe,
    Overtime,
    NotBefore,
    Budget,
    Reconcile,
    ImplicitReconcile,
    Revive,
    OfferHold,

    /// <summary>A task should run by now.</summary>
    NotStarted,

    /// <summary>A task without a readiness check ran for long enough.</summary>
    Settled,

    /// <summary>The pause between two groups of a deploy.</summary>
    Advance,

    /// <summary>A temporary override expires.</summary>
    Override,

    Cooldown,

    /// <summary>The next run of a cron.</summary>
    Fire,

    /// <summary>Runs of a replaced deploy have reached their limit.</summary>
    OldRuns,

    /// <summary>A freeze of launches ends.</summary>
    Freeze,
    Machine,
    Missing,
    Purge,
    Maintenance,

    /// <summary>A run takes longer than expected.</summary>
    Late,
}
