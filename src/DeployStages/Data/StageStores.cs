using Npgsql;

namespace Pipeline.DeployStages.Data;

/// <summary>The slice's own tables, in one place.</summary>
public sealed class StageStores(NpgsqlDataSource db)
{
    public SlotStore Slots { get; } = new(db);
    public PromotionStore Promotions { get; } = new(db);
    public DeployStore Deploys { get; } = new(db);
    public DecisionStore Decisions { get; } = new(db);
    public DeployableStore Deployables { get; } = new(db);
}
