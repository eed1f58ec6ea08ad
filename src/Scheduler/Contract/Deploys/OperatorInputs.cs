namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>Why an operator does something, and for how long.</summary>
/// <param name="Reason">For the journal; null: none was given.</param>
/// <param name="Duration">After it the change is undone; null: it has no end.</param>
public sealed record ActionDetails(string? Reason = null, TimeSpan? Duration = null);

/// <summary>A new number of instances.</summary>
/// <param name="Instances">From 0.</param>
/// <param name="Acknowledged">Confirms a drop of more than 10 instances, or of more than half of more than 10.</param>
/// <param name="Bounce">Replace every instance too.</param>
public sealed record ScaleTarget(int Instances, bool Acknowledged = false, bool Bounce = false);

/// <summary>How instances are replaced by new ones of the same version.</summary>
/// <param name="Incremental">A few at a time; otherwise all at once, beside the old.</param>
/// <param name="AtATime">How many, when incremental.</param>
/// <param name="SkipHealth">A replacement counts as healthy as soon as it runs.</param>
public sealed record BouncePlan(bool Incremental = false, int AtATime = 1, bool SkipHealth = false);

/// <summary>A run that a person starts, with what it has of its own over its deploy.</summary>
public sealed record ManualRun
{
    /// <summary>Letters, digits, '_' and '-'; null: one is made.</summary>
    public string? RunId { get; init; }

    /// <summary>Appended to the command, each as one word.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Over the deploy's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: those of the deploy.</summary>
    public ResourceNeed? Needs { get; init; }

    /// <summary>Not before; null: now.</summary>
    public DateTimeOffset? RunAt { get; init; }
}
