namespace Pipeline.DeployStages.Core.Policies;

/// <summary>The rules of one stage.</summary>
/// <param name="After">The stage that a release must have succeeded in before; null for a first stage.</param>
/// <param name="Bake">How long the release is watched after its last instance became healthy.</param>
/// <param name="Budget">A deploy that is not healthy after this long fails.</param>
/// <param name="Line">The line of the file that defines the stage, counted from 1.</param>
internal sealed record StagePolicy(
    string Name, string Cluster, PromoteMode Promote, string? After, GatePolicy Gates, TimeSpan Bake, OnFailure OnFailure,
    TimeSpan Budget, int Line)
{
    /// <summary>The budget of a stage that names none.</summary>
    public static readonly TimeSpan DefaultBudget = TimeSpan.FromMinutes(10);

    /// <summary>How new instances replace old ones. A rollback never waits for groups.</summary>
    public Scheduler.Contract.Deploys.Rollout Rollout { get; init; } = new();

    /// <summary>Another stage uses the same cluster: names of requests then carry the stage.</summary>
    public bool SharesCluster { get; init; }

    /// <summary>Branches, with <c>*</c>, whose commits the stage accepts, and no others. Null: a person may promote any release, and those
    /// of the default branch are offered automatically.</summary>
    public IReadOnlyList<string>? Branches { get; init; }

    /// <summary>The scheduler's name of a deployable in this stage.</summary>
    public string RequestIdOf(string deployable) => SharesCluster ? $"{deployable}.{Name}" : deployable;
}

/// <summary>Who starts promotions into a stage.</summary>
internal enum PromoteMode
{
    /// <summary>Every release of its branches is offered to the stage automatically.</summary>
    Automatic,

    /// <summary>Only at the request of a person or a token.</summary>
    Manual,
}

/// <summary>What a failed health check of a deploy leads to.</summary>
internal enum OnFailure
{
    /// <summary>The stage returns to its last good release.</summary>
    Rollback,

    /// <summary>What runs stays for people to inspect.</summary>
    Stay,
}
