using Npgsql;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Loop;

/// <summary>Bounds the history while we lead. A failure is no reason to stop leading: it is tried again.</summary>
internal sealed class HistoryPurger(HistoryStore store, HistoryOptions options, LoopTerm term)
{
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await store.RequireLeadAsync(term.Epoch, ct);
                if (await store.PurgeAsync(options, term.Time.GetUtcNow(), ct) is > 0 and var deleted)
                    Log.Purged(term.Log, term.Cluster, deleted);
            }
            catch (NpgsqlException e) when (!ct.IsCancellationRequested)
            {
                Log.PurgeFailed(term.Log, term.Cluster, e.Message);
            }

            await Task.Delay(options.Every, term.Time, ct);
        }
    }
}
