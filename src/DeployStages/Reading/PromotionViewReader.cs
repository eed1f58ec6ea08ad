using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;

namespace Pipeline.DeployStages.Reading;

/// <summary>Promotions with their decisions and deploys, as people see them.</summary>
internal sealed class PromotionViewReader(DecisionStore decisions, DeployStore deploys, PolicyInForce policy, TimeProvider time)
{
    /// <summary>In the order given.</summary>
    public async Task<IReadOnlyList<PromotionView>> ViewsAsync(IReadOnlyList<Promotion> promotions, CancellationToken ct)
    {
        if (promotions.Count == 0)
            return [];
        var ids = promotions.Select(p => p.Id).ToList();
        var decided = (await decisions.OfAsync(ids, ct)).ToLookup(d => d.Promotion);
        var deployed = (await deploys.OfAsync(ids, ct)).ToLookup(d => d.Promotion);
        return [.. promotions.Select(p => ToView(p, decided[p.Id], deployed[p.Id]))];
    }

    private PromotionView ToView(Promotion p, IEnumerable<Decision> decided, IEnumerable<PromotionDeploy> deployed)
    {
        var rules = policy.Current.Find(p.Stage)?.Gates.Approval;
        return new PromotionView(
            p.Id, p.Number, p.Stage, p.Cluster, p.Phase, p.Release, p.ReleaseNumber, p.Repository, p.Commit, p.Build, p.Automatic,
            p.CreatedBy,
            p.Generation, p.Target, p.SupersededBy, p.FailureClass, p.Reason, p.Blockers, p.PlanDigest, p.CreatedAt, p.StartedAt,
            p.HealthyAt, p.BakeUntil, p.FinishedAt,
            [.. decided.Select(d => ToView(d, Counts(d, p, rules)))],
            [.. deployed.Select(ToView)]);
    }

    /// <summary>A rejection always counts; an approval that is what was signed, while its plan is the plan and, as long as the promotion
    /// waits, until it
    /// expires.</summary>
    private bool Counts(Decision d, Promotion p, ApprovalPolicy? rules) => d.Kind == DecisionKind.Reject
        || (d.Refused is null && d.PlanDigest == p.PlanDigest
            && (p.Phase != PromotionPhase.Waiting || rules is null || time.GetUtcNow() < d.At + rules.Expires));

    private static DecisionView ToView(Decision d, bool counts) =>
        new(d.Kind.ToString().ToLowerInvariant(), d.Person, d.Groups, d.PlanDigest, d.Comment, d.At, counts);

    private static PromotionDeployView ToView(PromotionDeploy d) => new(
        d.Deployable, d.Cluster, d.DeployId, d.Release, d.Generation, d.Rollback, d.Instances,
        d.State.ToString().ToLowerInvariant(), d.FailureClass, d.Reason, d.SubmittedAt, d.EndedAt);
}
