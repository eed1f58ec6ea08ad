using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Deploys;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Queries;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.DeployStages.Reading;

/// <summary>The matrix: a row per deployable, a cell per stage of the policy. However many rows, it takes the same few queries.</summary>
internal sealed class DeployableMatrix(
    DeployableStore deployables, PromotionStore promotions, PolicyInForce policy, SchedulerQueries scheduler, TrafficQueries traffic)
{
    /// <summary>Rows by name.</summary>
    public async Task<Page<DeployableRow>> PageAsync(DeployableFilter filter, string? after, int limit, CancellationToken ct)
    {
        var names = await deployables.NamesAsync(filter, after, limit + 1, ct);
        var shown = names.Take(limit).ToList();
        return new Page<DeployableRow>(await RowsAsync(shown, ct), names.Count > limit ? shown[^1] : null);
    }

    /// <summary>Null when no stage runs a deployable of that name.</summary>
    public async Task<DeployableRow?> FindAsync(string name, CancellationToken ct) => (await RowsAsync([name], ct)).SingleOrDefault();

    private async Task<IReadOnlyList<DeployableRow>> RowsAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        var cells = await deployables.OfNamesAsync(names, ct);
        if (cells.Count == 0)
            return [];
        var facts = await FactsAsync(cells, ct);
        return [.. cells.GroupBy(c => c.Name).Select(row => new DeployableRow(
            row.Key, row.First().Kind, row.First().Repository,
            [.. policy.Current.Stages.Select(
                s => Cell(s.Name, row.FirstOrDefault(c => c.Stage == s.Name), row.First().Repository, facts))]))];
    }

    private async Task<Facts> FactsAsync(IReadOnlyList<RunningDeployable> cells, CancellationToken ct)
    {
        var open = await promotions.OpenAsync([.. cells.Select(c => c.Repository).Distinct()], ct);
        var deploys = await scheduler.DeploysAsync([.. cells.Select(c => (c.Cluster, c.DeployId)).Distinct()], ct);
        return new Facts(
            open.ToLookup(p => (p.Stage, p.Repository)), deploys.ToDictionary(d => (d.Cluster, d.Id)),
            (await traffic.ServicesAsync(ct)).Where(s => s is { Route: not null, Problem: not null })
                .ToLookup(s => (s.Stage, s.Deployable)));
    }

    private static DeployableCell Cell(string stage, RunningDeployable? cell, RepositoryId repository, Facts facts)
    {
        var open = facts.Open[(stage, repository)].ToList();
        var running = open.Find(p => p.Phase != PromotionPhase.Waiting);
        var waiting = running is null && open.Count > 0 ? open[^1] : null;
        var next = (running ?? waiting)?.Id;
        var reason = running?.Reason ?? (waiting is { Blockers: [var first, ..] } ? first.Sentence : null);
        if (cell is null)
            return new DeployableCell(stage, CellState.OfAbsent(running?.Phase), null, null, null, 0, 0, null, null, next, reason);
        var deploy = facts.Deploys.GetValueOrDefault((cell.Cluster, cell.DeployId));
        return new DeployableCell(
            stage, CellState.Of(running?.Phase, deploy, cell.Instances), cell.Release, cell.ReleaseNumber, cell.Commit,
            deploy?.HealthyInstances ?? 0, cell.Instances, cell.Since, cell.Promotion, next, reason)
        {
            NoTraffic = facts.Unserved[(stage, cell.Name)].FirstOrDefault()?.Problem,
        };
    }

    /// <summary>What the cells of a page are made of.</summary>
    private sealed record Facts(
        ILookup<(string Stage, RepositoryId Repository), Promotion> Open,
        IReadOnlyDictionary<(string Cluster, string DeployId), DeployView> Deploys,
        ILookup<(string Stage, string Deployable), ServiceTraffic> Unserved);
}
