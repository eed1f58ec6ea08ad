namespace Pipeline.DeployStages.Policy;

/// <summary>The validated policy: who may put what where. In force until a file without errors replaces it.</summary>
/// <param name="Stages">In the order of the file, which is the order people read them in.</param>
public sealed record PromotionPolicy(IReadOnlyList<StagePolicy> Stages)
{
    public StagePolicy? Find(string stage) => Stages.FirstOrDefault(s => s.Name == stage);

    /// <summary>Where releases enter.</summary>
    public IEnumerable<StagePolicy> First => Stages.Where(s => s.After is null);

    public IEnumerable<StagePolicy> Following(string stage) => Stages.Where(s => s.After == stage);
}

/// <param name="After">The stage that a release must have succeeded in before; null for a first stage.</param>
/// <param name="Bake">Watched that long after the last instance is healthy.</param>
/// <param name="Budget">A deploy that is not healthy after this long fails.</param>
/// <param name="Line">Where the stage is written, for people.</param>
public sealed record StagePolicy(
    string Name, string Cluster, PromoteMode Promote, string? After, GatePolicy Gates, TimeSpan Bake, OnFailure OnFailure,
    TimeSpan Budget, int Line)
{
    /// <summary>How new instances replace old ones; a way back never waits for groups.</summary>
    public Scheduler.Contract.Deploys.Rollout Rollout { get; init; } = new();

    /// <summary>Another stage uses the same cluster: names of requests then carry the stage.</summary>
    public bool SharesCluster { get; init; }

    /// <summary>Branches, with <c>*</c>, whose commits the stage takes, and no others. Null: a person may promote any release, and those of
    /// the default branch are offered by themselves.</summary>
    public IReadOnlyList<string>? Branches { get; init; }

    /// <summary>The scheduler's name of a deployable in this stage.</summary>
    public string RequestIdOf(string deployable) => SharesCluster ? $"{deployable}.{Name}" : deployable;
}

/// <param name="Soak">Healthy that long in the stage before, without a break.</param>
public sealed record GatePolicy(TimeSpan Soak, ApprovalPolicy? Approval);

/// <param name="Groups">How many distinct persons of each group must approve.</param>
/// <param name="Expires">An approval counts that long.</param>
public sealed record ApprovalPolicy(IReadOnlyDictionary<string, int> Groups, bool ExcludeAuthor, bool ExcludePusher, TimeSpan Expires);

public enum PromoteMode
{
    /// <summary>Every release of its branches is offered by itself.</summary>
    Automatic,

    /// <summary>A person or token asks for it.</summary>
    Manual,
}

public enum OnFailure
{
    Rollback,

    /// <summary>Leaves what is there for people to look at.</summary>
    Stay,
}
