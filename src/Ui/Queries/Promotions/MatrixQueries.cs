using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Queries;

namespace Pipeline.Ui.Queries.Promotions;

/// <summary>What runs in which stage, as the stages say: pages and API show one health.</summary>
internal sealed class MatrixQueries(UiDb db, StageQueries stages)
{
    private const string Names = "SELECT id, owner || '/' || name AS fullname FROM git.repository WHERE id = ANY(@ids)";

    /// <summary>Rows of the matrix by name, after <paramref name="after"/>.</summary>
    public async Task<IReadOnlyList<MatrixRow>> ListAsync(DeployableFilter filter, string? after, int limit, CancellationToken ct) =>
        await RowsAsync((await stages.DeployablesAsync(filter, after, limit, ct)).Items, ct);

    /// <summary>Null when no stage runs a deployable of that name.</summary>
    public async Task<MatrixRow?> FindAsync(string name, CancellationToken ct) =>
        await stages.DeployableAsync(name, ct) is { } found ? (await RowsAsync([found], ct))[0] : null;

    private async Task<IReadOnlyList<MatrixRow>> RowsAsync(IReadOnlyList<DeployableRow> rows, CancellationToken ct)
    {
        var ids = rows.Select(r => r.Repository.Value).Distinct().ToArray();
        var names = (await db.ListAsync<RepositoryName>(Names, new { ids }, ct)).ToDictionary(r => r.Id, r => r.FullName);
        return [.. rows.Select(r => new MatrixRow(
            r.Name, r.Kind, names[r.Repository.Value], r.Repository.Value,
            [.. r.Stages.Where(c => c.Release is not null).Select(ToCell)]))];
    }

    private static MatrixCell ToCell(DeployableCell c) => new(
        c.Stage, c.State, c.ReleaseNumber!.Value, c.Commit!.Value.ToString(), c.Instances, c.Healthy, c.Since!.Value,
        c.Promotion!.Value.Value, c.NoTraffic);

    private sealed record RepositoryName(Guid Id, string FullName);
}
