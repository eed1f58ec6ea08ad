namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>What kind of thing runs.</summary>
public enum RequestKind
{
    /// <summary>Instances that run all the time and take traffic.</summary>
    Service,
    /// <summary>Instances that run all the time, without traffic.</summary>
    Worker,

    /// <summary>One run; of a request: each deploy runs once.</summary>
    RunOnce,

    /// <summary>Runs by a schedule.</summary>
    Cron,

    /// <summary>Runs on demand.</summary>
    OnDemand,
}
