using Pipeline.Kernel;

namespace Pipeline.DeployStages;

/// <summary>Reads promotions.</summary>
public sealed class PromotionQueries
{
    public Task<Page<PromotionView>> ListAsync(PromotionFilter filter, Cursor? cursor, int limit, CancellationToken ct) =>
        throw new NotImplementedException();

    /// <summary>Every promotion that waits, oldest first.</summary>
    public Task<IReadOnlyList<PromotionView>> WaitingAsync(CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<PromotionView>> OfReleaseAsync(Digest release, CancellationToken ct) => throw new NotImplementedException();

    public Task<PromotionView?> FindAsync(PromotionId id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>By its number for people.</summary>
    public Task<PromotionView?> FindAsync(long number, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The plan as of now; null when the promotion is unknown.</summary>
    public Task<PlanView?> PlanAsync(PromotionId id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>A dry run; null when the release or the stage is unknown.</summary>
    public Task<PlanView?> PlanAsync(Digest release, string stage, CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<EvidenceView>> EvidenceAsync(PromotionId id, CancellationToken ct) => throw new NotImplementedException();
}
