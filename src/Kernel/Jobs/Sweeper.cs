using Microsoft.Extensions.Hosting;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Jobs;

/// <summary>
/// The net under what waits: every second takes the rows whose time has come and enqueues a job for each, in one transaction. A round
/// that fails is told and tried again with the next tick, so that it outlives a database that restarts.
/// </summary>
public abstract class Sweeper(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>One round, now.</summary>
    /// <returns>How many rows were due.</returns>
    public Task<int> SweepOnceAsync(CancellationToken ct) =>
        Transactions.InTransactionAsync(token => TakeDueAsync(time.GetUtcNow(), token), ct);

    /// <summary>Takes what is due at <paramref name="now"/>, pushes its next wake out, so that a lost job is tried again, and enqueues a
    /// job for each row. Runs in the transaction of the round.</summary>
    protected abstract Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>Tells that a round failed, in the log of the slice.</summary>
    protected abstract void Failed(Exception failure);

    /// <summary>What a tick does besides, before the round and outside of its transaction.</summary>
    protected virtual void BeforeRound()
    {
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                BeforeRound();
                await SweepOnceAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The loop is the place that retries.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Failed(e);
            }
        }
    }
}
