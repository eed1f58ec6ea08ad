using System.Security.Claims;
using Pipeline.Kernel;

namespace Pipeline.DeployStages;

/// <summary>What people do to promotions. Each writes one transaction: row, journal event, job.</summary>
public sealed class PromotionCommands
{
    /// <param name="planDigest">The plan the caller read; null approves the plan as it is now.</param>
    public Task<PromotionOutcome> ApproveAsync(PromotionId id, string? planDigest, string? comment, ClaimsPrincipal caller, CancellationToken ct) =>
        throw new NotImplementedException();

    public Task<PromotionOutcome> RejectAsync(PromotionId id, string? comment, ClaimsPrincipal caller, CancellationToken ct) =>
        throw new NotImplementedException();

    /// <summary>Returns the stage to the release before. The promotion must be what the stage runs, or be on its way.</summary>
    public Task<PromotionOutcome> RollbackAsync(PromotionId id, string? comment, ClaimsPrincipal caller, CancellationToken ct) =>
        throw new NotImplementedException();

    /// <summary>As the other, for whatever promotion the stage runs now.</summary>
    public Task<PromotionOutcome> RollbackAsync(string stage, RepositoryId repository, string? comment, ClaimsPrincipal caller, CancellationToken ct) =>
        throw new NotImplementedException();

    /// <summary>Asks for a release in a stage; all gates of the stage still hold. An older release is legal: it is how one returns.</summary>
    /// <param name="planDigest">When given, refused with <c>plan-changed</c> unless the plan is still this one.</param>
    public Task<PromotionOutcome> PromoteAsync(Digest release, string stage, string? planDigest, ClaimsPrincipal caller, CancellationToken ct) =>
        throw new NotImplementedException();
}
