using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Core.Model;

/// <summary>What should run. Its deploys are immutable; it names the active one.</summary>
/// <param name="ActiveDeploy">The one that was healthy last.</param>
/// <param name="PendingDeploy">The one that rolls out; never the active one.</param>
internal sealed record Request(
    string Id, RequestKind Kind, RequestState State, string? ActiveDeploy, string? PendingDeploy, DateTimeOffset CreatedAt)
{
    /// <summary>Overrides by people, over what its deploys say.</summary>
    public RequestOverrides Overrides { get; init; } = RequestOverrides.None;

    /// <summary>Kind cron: when the next run starts. Moves in the commit that starts the run: each fire time starts one.</summary>
    public DateTimeOffset? NextFire { get; init; }

    /// <summary>The last failures, newest last: what cooldown and crash loops are judged by.</summary>
    public IReadOnlyList<InstanceFailure> Failures { get; init; } = [];

    /// <summary>Crash loops seen, newest last; one without an end goes on.</summary>
    public IReadOnlyList<CrashLoop> Loops { get; init; } = [];

    /// <summary>Its instances run all the time.</summary>
    public bool IsLongRunning => Kind is RequestKind.Service or RequestKind.Worker;

    /// <summary>How many seconds its last successful runs took, newest last.</summary>
    public IReadOnlyList<double> RunTimes { get; init; } = [];
}

internal enum RequestState
{
    Active,

    /// <summary>Its schedule has no further fire time.</summary>
    Finished,

    Removing,
    Removed,
}
