using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Contract;

/// <summary>Reads promotions.</summary>
public sealed class PromotionQueries(
    StageStores stores, PolicyInForce policy, Gates gates, ReleaseQueries releases, Contributors contributors, TimeProvider time)
{
    /// <summary>Newest first.</summary>
    public async Task<Page<PromotionView>> ListAsync(PromotionFilter filter, Cursor? cursor, int limit, CancellationToken ct)
    {
        var where = "WHERE true"
            + (filter.Phases is null ? "" : " AND phase = ANY(@Phases)")
            + (filter.Stage is null ? "" : " AND stage = @Stage")
            + (filter.Release is null ? "" : " AND release = @Release")
            + (filter.Repository is null ? "" : " AND repository_id = @Repository")
            + (filter.Commit is null ? "" : " AND commit_sha = @Commit")
            + (cursor is null ? "" : " AND (created_at, id) < (@At, @Id)")
            + " ORDER BY created_at DESC, id DESC LIMIT @Limit";
        var rows = await stores.Promotions.ReadAsync(
            where,
            new
            {
                Phases = filter.Phases?.Select(p => p.ToString()).ToArray(), filter.Stage, Release = filter.Release?.ToString(),
                Repository = filter.Repository?.Value, Commit = filter.Commit?.ToString(), At = cursor?.At.UtcDateTime, cursor?.Id,
                Limit = limit + 1,
            },
            ct);
        var items = rows.Take(limit).ToList();
        var next = rows.Count > limit ? new Cursor(items[^1].CreatedAt, items[^1].Id.Value).ToString() : null;
        return new Page<PromotionView>(await ViewsAsync(items, ct), next);
    }

    /// <summary>Promotions that wait, oldest first, at most 500.</summary>
    public async Task<IReadOnlyList<PromotionView>> WaitingAsync(CancellationToken ct) =>
        await ViewsAsync(await stores.Promotions.ReadAsync("WHERE phase = 'Waiting' ORDER BY number LIMIT 500", new { }, ct), ct);

    public async Task<IReadOnlyList<PromotionView>> OfReleaseAsync(Digest release, CancellationToken ct) =>
        await ViewsAsync(await stores.Promotions.OfReleaseAsync(release, ct), ct);

    public async Task<PromotionView?> FindAsync(PromotionId id, CancellationToken ct) =>
        await stores.Promotions.FindAsync(id, ct) is { } found ? (await ViewsAsync([found], ct))[0] : null;

    /// <summary>By its number for people.</summary>
    public async Task<PromotionView?> FindAsync(long number, CancellationToken ct) =>
        await stores.Promotions.FindAsync(number, ct) is { } found ? (await ViewsAsync([found], ct))[0] : null;

    /// <summary>The plan as of now; null when the promotion or its stage is unknown.</summary>
    public async Task<PlanView?> PlanAsync(PromotionId id, CancellationToken ct) =>
        await stores.Promotions.FindAsync(id, ct) is { } p && policy.Current.Find(p.Stage) is { } stage
            ? await PlanAsync(stage, p.Release, p.Repository, id, ct)
            : null;

    /// <summary>A dry run; null when the release or the stage is unknown.</summary>
    public async Task<PlanView?> PlanAsync(Digest release, string stage, CancellationToken ct) =>
        policy.Current.Find(stage) is { } known && await releases.FindAsync(release, ct) is { } found
            ? await PlanAsync(known, release, found.RepositoryId, null, ct)
            : null;

    /// <summary>What gates and verdict rested on, oldest first; null when the promotion is unknown.</summary>
    public async Task<IReadOnlyList<EvidenceView>?> EvidenceAsync(PromotionId id, CancellationToken ct) =>
        await FindAsync(id, ct) is { } view && await releases.FindAsync(view.Release, ct) is { } release
            ? EvidenceList.Of(view, release, policy.Current)
            : null;

    private async Task<PlanView> PlanAsync(
        StagePolicy stage, Digest release, RepositoryId repository, PromotionId? id, CancellationToken ct)
    {
        var look = await gates.LookAsync(stage, release, repository, id, ct);
        var plan = look.Plan;
        return new PlanView(
            id, plan.Stage, plan.Cluster, repository, plan.From, plan.To, plan.Deployables,
            contributors.Commits(repository, plan.From?.Commit, plan.To.Commit), look.Verdict.Blockers, plan.RollbackTarget, plan.Digest);
    }

    private async Task<IReadOnlyList<PromotionView>> ViewsAsync(IReadOnlyList<Promotion> promotions, CancellationToken ct)
    {
        if (promotions.Count == 0)
            return [];
        var ids = promotions.Select(p => p.Id).ToList();
        var decisions = (await stores.Decisions.OfAsync(ids, ct)).ToLookup(d => d.Promotion);
        var deploys = (await stores.Deploys.OfAsync(ids, ct)).ToLookup(d => d.Promotion);
        return [.. promotions.Select(p => ToView(p, decisions[p.Id], deploys[p.Id]))];
    }

    private PromotionView ToView(Promotion p, IEnumerable<Decision> decisions, IEnumerable<PromotionDeploy> deploys)
    {
        var rules = policy.Current.Find(p.Stage)?.Gates.Approval;
        bool Counts(Decision d) => d.Kind == DecisionKind.Reject
            || (d.PlanDigest == p.PlanDigest
                && (p.Phase != PromotionPhase.Waiting || rules is null || time.GetUtcNow() < d.At + rules.Expires));
        return new PromotionView(
            p.Id, p.Number, p.Stage, p.Cluster, p.Phase, p.Release, p.ReleaseNumber, p.Repository, p.Commit, p.Build, p.Automatic,
            p.CreatedBy,
            p.Generation, p.Target, p.SupersededBy, p.FailureClass, p.Reason, p.Blockers, p.PlanDigest, p.CreatedAt, p.StartedAt,
            p.HealthyAt, p.BakeUntil, p.FinishedAt,
            [.. decisions.Select(d => new DecisionView(
                d.Kind.ToString().ToLowerInvariant(), d.Person, d.Groups, d.PlanDigest, d.Comment, d.At, Counts(d)))],
            [.. deploys.Select(d => new PromotionDeployView(
                d.Deployable, d.Cluster, d.DeployId, d.Release, d.Generation, d.Rollback, d.Instances,
                d.State.ToString().ToLowerInvariant(), d.FailureClass, d.Reason, d.SubmittedAt, d.EndedAt))]);
    }
}
