using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Reading;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.DeployStages.Contract.Queries;

/// <summary>Reads stages: what runs where, and how far a commit came.</summary>
public sealed class StageQueries
{
    private readonly PolicyInForce policy;
    private readonly SlotStore slots;
    private readonly PromotionStore promotions;
    private readonly DeployableMatrix matrix;

    internal StageQueries(PolicyInForce policy, SlotStore slots, PromotionStore promotions, DeployableMatrix matrix) =>
        (this.policy, this.slots, this.promotions, this.matrix) = (policy, slots, promotions, matrix);

    /// <summary>In the order of the policy.</summary>
    public IReadOnlyList<StageView> Stages() => [.. policy.Current.Stages.Select(ToView)];

    /// <summary>Null when the policy has no such stage.</summary>
    public StageView? Find(string name) => policy.Current.Find(name) is { } stage ? ToView(stage) : null;

    /// <summary>What each repository runs in the stage.</summary>
    public async Task<IReadOnlyList<SlotView>> SlotsAsync(string stage, CancellationToken ct) =>
        [.. (await slots.OfStageAsync(stage, ct)).Select(s => new SlotView(
            s.Stage, s.Repository, s.Generation, s.Current, s.Stable, s.Promotion, s.Since, s.HealthySince))];

    /// <summary>Rows of the matrix by name, after <paramref name="after"/>; the cursor of the page is its last name.</summary>
    public Task<Page<DeployableRow>> DeployablesAsync(string? after, int limit, CancellationToken ct) =>
        DeployablesAsync(new DeployableFilter(), after, limit, ct);

    /// <summary>The same, of those that are wanted.</summary>
    public Task<Page<DeployableRow>> DeployablesAsync(DeployableFilter filter, string? after, int limit, CancellationToken ct) =>
        matrix.PageAsync(filter, after, limit, ct);

    /// <summary>Null when no stage runs a deployable of that name.</summary>
    public Task<DeployableRow?> DeployableAsync(string name, CancellationToken ct) => matrix.FindAsync(name, ct);

    /// <summary>How far the commit came: one entry per stage of the policy, in its order.</summary>
    public async Task<IReadOnlyList<CommitStageView>> WhereAsync(CommitSha commit, CancellationToken ct)
    {
        var found = await promotions.OfCommitAsync(commit, ct);
        var entries = new List<CommitStageView>();
        foreach (var stage in policy.Current.Stages)
        {
            var newest = found.LastOrDefault(p => p.Stage == stage.Name);
            entries.Add(newest is null ? NotReached(stage) : await ReachedAsync(newest, ct));
        }

        return entries;
    }

    private static CommitStageView NotReached(StagePolicy stage) =>
        new(stage.Name, "not-reached", null, null, null, StageSentences.NotReached(stage), []);

    private async Task<CommitStageView> ReachedAsync(Promotion p, CancellationToken ct)
    {
        var slot = await slots.FindAsync(p.Stage, p.Repository, ct);
        var runs = p.Phase == PromotionPhase.Succeeded && slot?.Current == p.Release;
        return new CommitStageView(
            p.Stage, runs ? "running" : p.Phase.ToKebab(), p.Id, p.Number, p.FinishedAt ?? p.StartedAt ?? p.CreatedAt,
            p.Reason ?? (p.Blockers.Count > 0 ? p.Blockers[0].Sentence : null), p.Blockers);
    }

    private StageView ToView(StagePolicy s) => new(
        s.Name, s.Cluster, s.Promote.ToString().ToLowerInvariant(), s.After, SignatureRequired: true, s.Gates.Soak.TotalSeconds,
        s.Gates.Approval is { } a ? new ApprovalRuleView(a.Groups, StageSentences.Excluded(a), a.Expires.TotalSeconds) : null,
        s.Bake.TotalSeconds, s.OnFailure.ToString().ToLowerInvariant(), s.Budget.TotalSeconds, $"{policy.FileName}:{s.Line}");
}
