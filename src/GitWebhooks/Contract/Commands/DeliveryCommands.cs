using Hangfire;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Contract.Commands;

/// <summary>What a person can do to a delivery.</summary>
public sealed class DeliveryCommands
{
    private readonly DeliveryStore deliveries;
    private readonly WaitingDeliveries waiting;
    private readonly IBackgroundJobClient jobs;
    private readonly Journal journal;
    private readonly TimeProvider time;

    internal DeliveryCommands(
        DeliveryStore deliveries, WaitingDeliveries waiting, IBackgroundJobClient jobs, Journal journal, TimeProvider time) =>
        (this.deliveries, this.waiting, this.jobs, this.journal, this.time) = (deliveries, waiting, jobs, journal, time);

    /// <summary>Processes a delivery again that waits or was rejected, now. Needs <see cref="Permission.Build"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public async Task<RetryDeliveryOutcome> RetryAsync(Caller caller, Guid delivery, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        if (await deliveries.BodyAsync(delivery, ct) is null)
            return RetryDeliveryOutcome.Unknown;
        return await Transactions.InTransactionAsync(
            async token =>
            {
                var now = time.GetUtcNow();
                if (!await waiting.ReopenAsync(delivery, now, now, token))
                    return RetryDeliveryOutcome.AlreadyOver;
                jobs.Enqueue<ProcessDeliveryJob>(j => j.ExecuteAsync(delivery, CancellationToken.None));
                await journal.AppendAsync(
                    new ActionRecorded("delivery.retry", delivery.ToString(), null), caller.Actor, JournalSubject.None, token);
                return RetryDeliveryOutcome.Started;
            },
            ct);
    }
}

/// <summary>What came of a retry.</summary>
public enum RetryDeliveryOutcome
{
    /// <summary>A job processes it now.</summary>
    Started,

    /// <summary>It was processed, or needs no job.</summary>
    AlreadyOver,

    /// <summary>There is no such delivery.</summary>
    Unknown,
}
