using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Loop;

/// <summary>Keeps the past in bounds while we lead. That it fails is no reason to stop leading: it tries again.</summary>
internal sealed class HistoryKeeper(HistoryStore store, HistoryOptions options, string cluster, TimeProvider time, ILogger log)
{
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                if (await store.PurgeAsync(options, time.GetUtcNow(), ct) is > 0 and var deleted)
                    Log.Purged(log, cluster, deleted);
            }
            catch (NpgsqlException e) when (!ct.IsCancellationRequested)
            {
                Log.PurgeFailed(log, cluster, e.Message);
            }

            await Task.Delay(options.Every, time, ct);
        }
    }
}
