using Pipeline.Attestation;
using Pipeline.Attestation.Decisions;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>The approvals of a promotion whose signed statements hold now, and those that are no one's decision.</summary>
internal sealed record ApprovalsFound(IReadOnlyList<Approval> Signed, IReadOnlyList<GateAlarm> Alarms);

/// <summary>
/// Verifies every recorded approval against the trust policy, at each look: a row that was inserted or edited by hand opens nothing.
/// Joins the ambient transaction.
/// </summary>
internal sealed class VerifiedApprovals(DecisionStore decisions, CurrentTrust trust)
{
    /// <summary>Of one promotion of the release into the stage.</summary>
    public async Task<ApprovalsFound> OfAsync(PromotionId id, string stage, Digest release, DateTimeOffset now, CancellationToken ct)
    {
        var signed = new List<Approval>();
        var alarms = new List<GateAlarm>();
        foreach (var d in (await decisions.OfAsync([id], ct)).Where(d => d is { Kind: DecisionKind.Approve, Refused: null }))
        {
            var recorded = new ApprovalPredicate(stage, release.ToString(), id.ToString(), d.Person, d.Groups, d.At);
            var outcome = ApprovalCheck.Verify(trust(), d.Envelope, d.PlanDigest, recorded, now);
            if (outcome.Ok)
                signed.Add(d.ToApproval());
            else
                alarms.Add(new GateAlarm(
                    d.Id, outcome.Code!, $"An approval by {d.Person} is recorded and does not count. {outcome.Detail}"));
        }

        return new ApprovalsFound(signed, alarms);
    }
}
