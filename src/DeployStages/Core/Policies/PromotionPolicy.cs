namespace Pipeline.DeployStages.Core.Policies;

/// <summary>The validated policy: who may put what where. In force until a file without errors replaces it.</summary>
/// <param name="Stages">In the order of the file, which is the order people read them in.</param>
internal sealed record PromotionPolicy(IReadOnlyList<StagePolicy> Stages)
{
    /// <summary>Stages that releases enter first.</summary>
    public IEnumerable<StagePolicy> First => Stages.Where(s => s.After is null);

    /// <summary>Null when the policy has no such stage.</summary>
    public StagePolicy? Find(string stage) => Stages.FirstOrDefault(s => s.Name == stage);

    /// <summary>Stages that come right after the named one.</summary>
    public IEnumerable<StagePolicy> Following(string stage) => Stages.Where(s => s.After == stage);

    /// <summary>The rules of a stage that a promotion is in. A stage that was removed from the policy keeps its running promotions safe:
    /// nothing new enters it, and a failure rolls back.</summary>
    public StagePolicy RulesOf(string stage, string cluster) => Find(stage) ?? new StagePolicy(
        stage, cluster, PromoteMode.Manual, null, new GatePolicy(TimeSpan.Zero, null), TimeSpan.Zero, OnFailure.Rollback,
        StagePolicy.DefaultBudget, 0);
}
