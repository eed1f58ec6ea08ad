using System.Text.Json;
using Pipeline.DeployStages.Contract.Views;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Contract;

/// <summary>Reads stages: what runs where, and how far a commit came.</summary>
public sealed class StageQueries(StageStores stores, PolicyInForce policy, SchedulerQueries scheduler)
{
    /// <summary>In the order of the policy.</summary>
    public IReadOnlyList<StageView> Stages() => [.. policy.Current.Stages.Select(ToView)];

    public StageView? Find(string name) => policy.Current.Find(name) is { } stage ? ToView(stage) : null;

    /// <summary>What each repository runs in the stage.</summary>
    public async Task<IReadOnlyList<SlotView>> SlotsAsync(string stage, CancellationToken ct) =>
        [.. (await stores.Slots.OfStageAsync(stage, ct)).Select(s => new SlotView(
            s.Stage, s.Repository, s.Generation, s.Current, s.Stable, s.Promotion, s.Since, s.HealthySince))];

    /// <summary>Rows of the matrix by name, after <paramref name="after"/>; the cursor of the page is the last name.</summary>
    public async Task<Page<DeployableRow>> DeployablesAsync(string? after, int limit, CancellationToken ct)
    {
        var names = await stores.Deployables.NamesAsync(after, limit + 1, ct);
        var shown = names.Take(limit).ToList();
        return new Page<DeployableRow>(await RowsAsync(shown, ct), names.Count > limit ? shown[^1] : null);
    }

    public async Task<DeployableRow?> DeployableAsync(string name, CancellationToken ct) => (await RowsAsync([name], ct)).SingleOrDefault();

    /// <summary>One entry per stage of the policy, in order: how far the commit came.</summary>
    public async Task<IReadOnlyList<CommitStageView>> WhereAsync(CommitSha commit, CancellationToken ct)
    {
        var promotions = await stores.Promotions.OfCommitAsync(commit, ct);
        var entries = new List<CommitStageView>();
        foreach (var stage in policy.Current.Stages)
        {
            var p = promotions.LastOrDefault(x => x.Stage == stage.Name);
            entries.Add(p is null ? NotReached(stage) : await ReachedAsync(p, ct));
        }

        return entries;
    }

    private static CommitStageView NotReached(StagePolicy stage) => new(
        stage.Name, "not-reached", null, null, null,
        stage.Promote == PromoteMode.Manual
            ? "A person promotes into it."
            : stage.After is { } after
            ? $"Comes after {after}."
            : "Comes after the build.", []);

    private async Task<CommitStageView> ReachedAsync(Promotion p, CancellationToken ct)
    {
        var slot = await stores.Slots.FindAsync(p.Stage, p.Repository, ct);
        var runs = p.Phase == PromotionPhase.Succeeded && slot?.Current == p.Release;
        return new CommitStageView(
            p.Stage, runs ? "running" : Kebab(p.Phase), p.Id, p.Number, p.FinishedAt ?? p.StartedAt ?? p.CreatedAt,
            p.Reason ?? (p.Blockers.Count > 0 ? p.Blockers[0].Sentence : null), p.Blockers);
    }

    private async Task<IReadOnlyList<DeployableRow>> RowsAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        var cells = await stores.Deployables.OfNamesAsync(names, ct);
        var rows = new List<DeployableRow>();
        foreach (var row in cells.GroupBy(c => c.Name))
        {
            var stages = new List<DeployableCell>();
            foreach (var stage in policy.Current.Stages)
                stages.Add(await CellAsync(stage.Name, row.FirstOrDefault(c => c.Stage == stage.Name), row.First().Repository, ct));
            rows.Add(new DeployableRow(row.Key, row.First().Kind, row.First().Repository, stages));
        }

        return rows;
    }

    private async Task<DeployableCell> CellAsync(string stage, RunningDeployable? cell, RepositoryId repository, CancellationToken ct)
    {
        var running = await stores.Promotions.RunningAsync(stage, repository, ct);
        var line = running is null ? await stores.Promotions.WaitingAsync(stage, repository, ct) : [];
        var waiting = line.Count > 0 ? line[^1] : null;
        var next = running ?? waiting;
        var reason = running?.Reason ?? (waiting is { Blockers.Count: > 0 } w ? w.Blockers[0].Sentence : null);
        if (cell is null)
            return new DeployableCell(
                stage, running is null ? "absent" : Kebab(running.Phase), null, null, null, 0, 0, null, null, next?.Id, reason);
        var view = await scheduler.DeployAsync(cell.Cluster, cell.DeployId, ct);
        var healthy = view?.HealthyInstances ?? 0;
        var keepsRunning = view is null or { Kind: "service" or "worker" };
        var stands = keepsRunning ? healthy >= cell.Instances : DeployWatch.Stands(view!);
        var state = running is not null ? Kebab(running.Phase)
            : !stands ? "degraded" : keepsRunning ? "healthy" : view!.State == "succeeded" ? "succeeded" : "active";
        return new DeployableCell(
            stage, state, cell.Release, cell.ReleaseNumber, cell.Commit, healthy, cell.Instances, cell.Since, cell.Promotion,
            next?.Id, reason);
    }

    private StageView ToView(StagePolicy s) => new(
        s.Name, s.Cluster, s.Promote.ToString().ToLowerInvariant(), s.After, SignatureRequired: true, s.Gates.Soak.TotalSeconds,
        s.Gates.Approval is { } a
            ? new ApprovalRuleView(a.Groups, [.. Excluded(a)], a.Expires.TotalSeconds)
            : null,
        s.Bake.TotalSeconds, s.OnFailure.ToString().ToLowerInvariant(), s.Budget.TotalSeconds, $"{policy.FileName}:{s.Line}");

    private static IEnumerable<string> Excluded(ApprovalPolicy approval)
    {
        if (approval.ExcludeAuthor)
            yield return "author";
        if (approval.ExcludePusher)
            yield return "pusher";
    }

    internal static string Kebab(PromotionPhase phase) => JsonNamingPolicy.KebabCaseLower.ConvertName(phase.ToString());
}
