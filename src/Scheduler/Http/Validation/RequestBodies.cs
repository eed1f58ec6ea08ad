namespace Pipeline.Scheduler.Http.Validation;

// What people send to change how a request runs. DurationSeconds: it ends by itself after so long, and what was before holds again.

/// <param name="Instances">From 0.</param>
/// <param name="Acknowledged">A drop of more than 10, or of more than half of more than 10, is meant.</param>
/// <param name="Bounce">Replace every instance too.</param>
/// <param name="DurationSeconds">It ends after so long; null: it has no end.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record ScaleBody(int? Instances, bool? Acknowledged, bool? Bounce, double? DurationSeconds, string? Reason);

/// <param name="Kill">Kill its tasks (the default); false: they run on and are not replaced.</param>
/// <param name="DurationSeconds">It ends after so long; null: it has no end.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record PauseBody(bool? Kill, double? DurationSeconds, string? Reason);

/// <param name="Incremental">A few at a time instead of all.</param>
/// <param name="AtATime">How many; 1 when left out.</param>
/// <param name="SkipHealth">A replacement counts as healthy as soon as it runs.</param>
/// <param name="DurationSeconds">It ends after so long; null: it has no end.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record BounceBody(bool? Incremental, int? AtATime, bool? SkipHealth, double? DurationSeconds, string? Reason);

internal sealed record SkipHealthBody(double? DurationSeconds, string? Reason);

/// <param name="Priority">0 to 1.</param>
/// <param name="DurationSeconds">It ends after so long; null: it has no end.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record PriorityBody(decimal? Priority, double? DurationSeconds, string? Reason);

/// <param name="Level">Nothing below it starts; above 0, up to 1.</param>
/// <param name="Kill">What runs below it is killed, and starts again when the freeze ends.</param>
/// <param name="DurationSeconds">It ends after so long; null: it has no end.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record FreezeBody(decimal? Level, bool? Kill, double? DurationSeconds, string? Reason);

/// <param name="RunId">Letters, digits, '_' and '-', at most 100; one is made when left out.</param>
/// <param name="Arguments">Appended to the command, each as one word.</param>
/// <param name="Environment">Over the deploy's.</param>
/// <param name="Resources">What it has.</param>
/// <param name="RunAt">Not before; at most 30 days ahead.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record RunBody(
    string? RunId, IReadOnlyList<string>? Arguments, IReadOnlyDictionary<string, string>? Environment, RunResources? Resources,
    DateTimeOffset? RunAt, string? Reason);

/// <summary>Memory and disk in MiB; what is left out is the deploy's.</summary>
internal sealed record RunResources(decimal? Cpus, decimal? MemoryMb, decimal? DiskMb, int? Ports);

/// <param name="Decision"><c>accept</c> or <c>reject</c>.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record AdvanceBody(string? Decision, string? Reason);

internal sealed record ReasonBody(string? Reason);

/// <param name="DurationSeconds">It ends by itself after so long.</param>
/// <param name="AtExpiry">Then: <c>revert</c> to the state before (the default), or <c>kill</c> what is left on it (drain and
/// decommission).</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record MachineBody(double? DurationSeconds, string? AtExpiry, string? Reason);

/// <param name="Strategy"><c>balanced</c>, <c>greedy</c>, <c>separate-by-deploy</c>, <c>separate-by-request</c>, <c>optimistic</c>,
/// <c>spread-all</c>; null: as each request says.</param>
/// <param name="RackSensitive">Null: as each request says.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record PlacementBody(string? Strategy, bool? RackSensitive, string? Reason);

/// <param name="Confirm"><c>take-over</c>: subscribe again with the id we have. <c>drop-id</c>: forget it; every task starts anew.</param>
internal sealed record FrameworkResetBody(string? Confirm);

/// <param name="Reason">For the journal; may be left out.</param>
/// <param name="Destroy">Without grace.</param>
/// <param name="Replace">Of a service: only once another instance is healthy in its place.</param>
internal sealed record KillRequest(string? Reason, bool? Destroy, bool? Replace);
