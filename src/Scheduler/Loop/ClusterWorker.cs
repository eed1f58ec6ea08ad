using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Monitoring;
using Polly;
using Polly.Retry;

namespace Pipeline.Scheduler.Loop;

/// <summary>Stands by for a cluster, leads it when nobody else does, and leads again after every failure.</summary>
internal sealed class ClusterWorker
{
    private static readonly TimeSpan StandBy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ClusterDatabase database;
    private readonly ClusterTerm terms;
    private readonly SchedulerMetrics metrics;
    private readonly ILogger log;
    private readonly ResiliencePipeline retry;
    private bool singleStep;

    public ClusterWorker(ClusterDatabase database, ClusterTerm terms, SchedulerMetrics metrics, ILogger log)
    {
        (this.database, this.terms, this.metrics, this.log) = (database, terms, metrics, log);
        retry = new ResiliencePipelineBuilder { TimeProvider = database.Time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = end => ValueTask.FromResult(
                    end.Outcome.Exception is not null && !end.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue, BackoffType = DelayBackoffType.Exponential, Delay = StandBy, MaxDelay = LongestPause,
                OnRetry = LogFailure,
            })
            .Build();
    }

    /// <summary>Runs until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await retry.ExecuteAsync(async token => await LeadOrStandByAsync(token), ct);
                await Task.Delay(StandBy, database.Time, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task LeadOrStandByAsync(CancellationToken ct)
    {
        try
        {
            await using var leadership = await database.TryLeadAsync(ct);
            if (leadership is not null)
            {
                var isolate = singleStep;
                singleStep = false;
                await terms.LeadAsync(leadership, isolate, ct);
            }
            else if (await database.EndSilentLeaderAsync(ct) is { } silent)
                Log.LeaderSilent(log, database.Cluster, silent.TotalSeconds);
        }
        catch (TermEndedException e)
        {
            Log.TermEnded(log, e, database.Cluster, e.Message);
        }
        catch (FencedException e)
        {
            metrics.Fenced(database.Cluster);
            Log.Fenced(log, database.Cluster, e.Message);
        }
    }

    private ValueTask LogFailure(OnRetryArguments<object> failed)
    {
        singleStep = failed.Outcome.Exception is PostgresException refused && ClusterLoop.IsRefusal(refused);
        Log.LoopStopped(log, failed.Outcome.Exception!, database.Cluster);
        return ValueTask.CompletedTask;
    }
}
