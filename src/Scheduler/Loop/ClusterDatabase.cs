using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Data.Snapshots;

namespace Pipeline.Scheduler.Loop;

/// <summary>The rows of one cluster, as those who lead it read and write them.</summary>
internal sealed class ClusterDatabase(NpgsqlDataSource db, Journal journal, TimeProvider time, string cluster)
{
    public string Cluster => cluster;

    public TimeProvider Time => time;

    public ClusterStore Rows { get; } = new(db, journal, time, cluster);

    public QuarantineStore Quarantine { get; } = new(db, journal, time);

    public HistoryStore History { get; } = new(db, cluster);

    /// <returns>Null when another process leads.</returns>
    public Task<Leadership?> TryLeadAsync(CancellationToken ct) => Leadership.TryTakeAsync(db, cluster, time, ct);

    /// <returns>How long the leader whose session was ended had been silent; null: none was.</returns>
    public Task<TimeSpan?> EndSilentLeaderAsync(CancellationToken ct) => Leadership.EndSilentAsync(db, cluster, Leadership.Silence, ct);

    /// <param name="quarantined">What is left out; gets the rows that cannot be read.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<Snapshot> ReadAsync(QuarantinedIds quarantined, CancellationToken ct) =>
        SnapshotReader.ReadAsync(db, cluster, quarantined, ct);
}
