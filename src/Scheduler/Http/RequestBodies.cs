namespace Pipeline.Scheduler.Http;

// What people send to change how a request runs. DurationSeconds: it ends by itself after so long, and what was before holds again.

/// <param name="Instances">From 0.</param>
/// <param name="Acknowledged">A drop of more than 10, or of more than half of more than 10, is meant.</param>
/// <param name="Bounce">Replace every instance too.</param>
public sealed record ScaleBody(int? Instances, bool? Acknowledged, bool? Bounce, double? DurationSeconds, string? Reason);


/// <param name="Kill">Kill its tasks (the default); false: they run on and are not replaced.</param>
public sealed record PauseBody(bool? Kill, double? DurationSeconds, string? Reason);

/// <param name="Incremental">A few at a time instead of all.</param>
/// <param name="AtATime">How many; 1 when left out.</param>
/// <param name="SkipHealth">A replacement counts as healthy as soon as it runs.</param>
public sealed record BounceBody(bool? Incremental, int? AtATime, bool? SkipHealth, double? DurationSeconds, string? Reason);

public sealed record SkipHealthBody(double? DurationSeconds, string? Reason);

/// <param name="Priority">0 to 1.</param>
public sealed record PriorityBody(decimal? Priority, double? DurationSeconds, string? Reason);

/// <param name="Level">Nothing below it starts; above 0, up to 1.</param>
/// <param name="Kill">What runs below it is killed, and starts again when the freeze ends.</param>
public sealed record FreezeBody(decimal? Level, bool? Kill, double? DurationSeconds, string? Reason);

/// <param name="RunId">Letters, digits, '_' and '-', at most 100; one is made when left out.</param>
/// <param name="Arguments">Appended to the command, each as one word.</param>
/// <param name="Environment">Over the deploy's.</param>
/// <param name="RunAt">Not before; at most 30 days ahead.</param>
public sealed record RunBody(
    string? RunId, IReadOnlyList<string>? Arguments, IReadOnlyDictionary<string, string>? Environment, RunResources? Resources,
    DateTimeOffset? RunAt, string? Reason);

/// <summary>Memory and disk in MiB; what is left out is the deploy's.</summary>
public sealed record RunResources(decimal? Cpus, decimal? MemoryMb, decimal? DiskMb, int? Ports);

/// <param name="Decision"><c>accept</c> or <c>reject</c>.</param>
public sealed record AdvanceBody(string? Decision, string? Reason);

public sealed record ReasonBody(string? Reason);
