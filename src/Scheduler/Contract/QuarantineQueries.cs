using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Contract;

/// <summary>What the scheduler of a cluster could not process and put in quarantine.</summary>
public sealed class QuarantineQueries
{
    private readonly QuarantineStore store;

    internal QuarantineQueries(QuarantineStore store) => this.store = store;

    /// <summary>At most 200 entries, open ones first, the newest first.</summary>
    public Task<IReadOnlyList<QuarantineView>> ListAsync(string cluster, CancellationToken ct) => store.ListAsync(cluster, ct);
}
