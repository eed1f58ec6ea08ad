using Pipeline.ArtifactStore.Trust;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract.Commands;

/// <summary>Signs what the control plane states, and stores it. Joins the ambient transaction.</summary>
public sealed class AttestationCommands
{
    private readonly StatementSigner signer;

    internal AttestationCommands(StatementSigner signer) => this.signer = signer;

    /// <summary>“This release may run in this stage.” Every launch needs one; an older release needs a fresh one.
    /// Needs <see cref="Permission.Promote"/>.</summary>
    /// <returns>The DSSE envelope as JSON.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not promote.</exception>
    public Task<string> SignPromotionAsync(Caller caller, NewPromotionStatement promotion, CancellationToken ct)
    {
        caller.Require(Permission.Promote);
        return signer.SignPromotionAsync(promotion, ct);
    }

    /// <summary>“This person approved this plan”, so that it can be proved without the database.
    /// Needs <see cref="Permission.Approve"/>.</summary>
    /// <returns>The DSSE envelope as JSON; its subject is the plan.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not approve.</exception>
    public Task<string> SignApprovalAsync(Caller caller, NewApprovalStatement approval, CancellationToken ct)
    {
        caller.Require(Permission.Approve);
        return signer.SignApprovalAsync(approval, ct);
    }
}
