using Pipeline.Kernel;

namespace Pipeline.Scheduler.Core.Model;

/// <summary>
/// What people did to a request, over what its deploys say. Each names its actor and may end by itself; then what was before holds again.
/// Stored as JSON.
/// </summary>
internal sealed record RequestOverrides
{
    public static readonly RequestOverrides None = new();

    public ScaleOverride? Scale { get; init; }
    public PauseOverride? Pause { get; init; }
    public SkipHealthOverride? SkipHealth { get; init; }
    public PriorityOverride? Priority { get; init; }
    public BounceOverride? Bounce { get; init; }
    public CooldownOverride? Cooldown { get; init; }
}

/// <param name="Until">When it ends by itself; null: never.</param>
internal sealed record Change(Actor By, string? Reason, DateTimeOffset Since, DateTimeOffset? Until);

/// <param name="Before">The permanent number that it ends to; null: the deploy's own.</param>
/// <param name="Bounced">It ends with a bounce, as it began with one.</param>
internal sealed record ScaleOverride(int Instances, int? Before, bool Bounced, Change Change);

/// <param name="Kill">Its tasks were killed; otherwise they run on, but are not replaced.</param>
internal sealed record PauseOverride(bool Kill, Change Change);

internal sealed record SkipHealthOverride(Change Change);

internal sealed record PriorityOverride(decimal Priority, decimal? Before, Change Change);

/// <summary>A bounce under way.</summary>
/// <param name="AtATime">Of an incremental one: how many instances are replaced at a time.</param>
/// <param name="Waiting">Of an incremental one: tasks that still wait for their turn.</param>
internal sealed record BounceOverride(bool Incremental, int AtATime, bool SkipHealth, IReadOnlyList<string> Waiting, Change Change);

/// <summary>It failed too fast: new starts wait. Ends when the failures are old, by a success, or by a person.</summary>
internal sealed record CooldownOverride(DateTimeOffset Since, string Reason);

/// <summary>One failure of an instance that says something about the program.</summary>
internal sealed record InstanceFailure(int Instance, DateTimeOffset At, InstanceFailureKind Kind);

internal enum InstanceFailureKind
{
    BadExit,
    UnexpectedExit,
    OutOfMemory,
    OutOfDisk,
    Startup,
    Health,
}

/// <param name="Until">Null while it goes on.</param>
internal sealed record CrashLoop(CrashLoopKind Kind, DateTimeOffset Since, DateTimeOffset? Until);

internal enum CrashLoopKind
{
    Fast,
    Slow,
    Startup,
    OutOfMemory,
    SingleInstance,
    MultiInstance,
    UnexpectedExits,
}

/// <summary>Nothing whose priority is below the level starts.</summary>
/// <param name="Kill">What ran below it was killed.</param>
internal sealed record PriorityFreeze(decimal Level, bool Kill, Change Change);
