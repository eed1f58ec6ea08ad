using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Deploys;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Reading;

/// <summary>The matrix: a row per deployable, a cell per stage of the policy.</summary>
internal sealed class DeployableMatrix(
    DeployableStore deployables, PromotionStore promotions, PolicyInForce policy, SchedulerQueries scheduler)
{
    /// <summary>Rows by name.</summary>
    public async Task<Page<DeployableRow>> PageAsync(string? after, int limit, CancellationToken ct)
    {
        var names = await deployables.NamesAsync(after, limit + 1, ct);
        var shown = names.Take(limit).ToList();
        return new Page<DeployableRow>(await RowsAsync(shown, ct), names.Count > limit ? shown[^1] : null);
    }

    /// <summary>Null when no stage runs a deployable of that name.</summary>
    public async Task<DeployableRow?> FindAsync(string name, CancellationToken ct) => (await RowsAsync([name], ct)).SingleOrDefault();

    private async Task<IReadOnlyList<DeployableRow>> RowsAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        var rows = new List<DeployableRow>();
        foreach (var row in (await deployables.OfNamesAsync(names, ct)).GroupBy(c => c.Name))
        {
            var first = row.First();
            var cells = new List<DeployableCell>();
            foreach (var stage in policy.Current.Stages)
                cells.Add(await CellAsync(stage.Name, row.FirstOrDefault(c => c.Stage == stage.Name), first.Repository, ct));
            rows.Add(new DeployableRow(row.Key, first.Kind, first.Repository, cells));
        }

        return rows;
    }

    private async Task<DeployableCell> CellAsync(string stage, RunningDeployable? cell, RepositoryId repository, CancellationToken ct)
    {
        var running = await promotions.RunningAsync(stage, repository, ct);
        IReadOnlyList<Promotion> line = running is null ? await promotions.WaitingAsync(stage, repository, ct) : [];
        var waiting = line.Count > 0 ? line[^1] : null;
        var next = (running ?? waiting)?.Id;
        var reason = running?.Reason ?? (waiting is { Blockers: [var first, ..] } ? first.Sentence : null);
        if (cell is null)
            return new DeployableCell(stage, CellState.OfAbsent(running?.Phase), null, null, null, 0, 0, null, null, next, reason);
        var deploy = await scheduler.DeployAsync(cell.Cluster, cell.DeployId, ct);
        return new DeployableCell(
            stage, CellState.Of(running?.Phase, deploy, cell.Instances), cell.Release, cell.ReleaseNumber, cell.Commit,
            deploy?.HealthyInstances ?? 0, cell.Instances, cell.Since, cell.Promotion, next, reason);
    }
}
