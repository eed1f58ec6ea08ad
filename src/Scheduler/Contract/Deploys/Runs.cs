using System.Text.Json.Serialization;

namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>How failed runs are retried.</summary>
/// <param name="Times">How often a failed run is started again; one that a person killed is not.</param>
/// <param name="Backoff">Before the first retry; doubles.</param>
public sealed record Retry(int Times = 0, TimeSpan Backoff = default);

/// <summary>Limits of runs that are started on demand.</summary>
/// <param name="MaxRunning">Runs under way or waiting at a time; null: any number.</param>
public sealed record OnDemand(int? MaxRunning = null);

/// <summary>What one run has of its own, over what its deploy says.</summary>
/// <param name="RunId">The id that its starter gave it, or the fire time.</param>
/// <param name="Manual">A person or program started it; false for a fire time of a schedule.</param>
/// <param name="NotBefore">Not placed earlier.</param>
public sealed record RunDetails(string RunId, [property: JsonPropertyName("asked")] bool Manual, DateTimeOffset? NotBefore)
{
    /// <summary>Appended to the command.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Over the deploy's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>It has neither arguments nor variables of its own.</summary>
    [JsonIgnore]
    public bool IsPlain => Arguments.Count == 0 && Environment.Count == 0;

    /// <summary>The signed statement (DSSE, JSON) about what the run has of its own; null when it has nothing.</summary>
    public string? Envelope { get; init; }
}
