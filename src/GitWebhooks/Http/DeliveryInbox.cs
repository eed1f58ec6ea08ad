using Hangfire;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Http;

/// <summary>Stores a verified delivery and starts its job in one transaction.</summary>
internal sealed class DeliveryInbox(DeliveryStore deliveries, WaitingDeliveries waiting, IBackgroundJobClient jobs, TimeProvider time)
{
    /// <summary>The first job of a delivery has so long; what comes again within it is the same request, sent twice.</summary>
    private static readonly TimeSpan SentTwice = TimeSpan.FromSeconds(10);

    /// <summary>A delivery that the forge sends again, after it was rejected or while it waits, is processed again.</summary>
    /// <returns>Our id: of the first delivery when the forge sends it again.</returns>
    public async Task<Guid> StoreAsync(
        string externalId, string name, IReadOnlyDictionary<string, string> headers, byte[] body, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var delivery = new NewDelivery(Guid.CreateVersion7(now), "github", externalId, name, now, headers, body, IgnoredBecause(name));
        var isNew = delivery.Ignored is not null
            ? await deliveries.InsertAsync(delivery, ct)
            : await Transactions.InTransactionAsync(token => StoreWithJobAsync(delivery, token), ct);
        if (isNew)
            return delivery.Id;
        var known = await deliveries.IdOfAsync("github", externalId, ct);
        if (delivery.Ignored is null)
            await Transactions.InTransactionAsync(token => ProcessAgainAsync(known, now, token), ct);
        return known;
    }

    private async Task ProcessAgainAsync(Guid known, DateTimeOffset now, CancellationToken ct)
    {
        if (await waiting.ReopenAsync(known, now - SentTwice, now, ct))
            jobs.Enqueue<ProcessDeliveryJob>(j => j.ExecuteAsync(known, CancellationToken.None));
    }

    private async Task<bool> StoreWithJobAsync(NewDelivery delivery, CancellationToken ct)
    {
        if (!await deliveries.InsertAsync(delivery, ct))
            return false;
        jobs.Enqueue<ProcessDeliveryJob>(j => j.ExecuteAsync(delivery.Id, CancellationToken.None));
        return true;
    }

    private static string? IgnoredBecause(string name) => name switch
    {
        "push" => null,
        "ping" => "pong",
        "create" or "delete" => "the push of the same ref says the same",
        _ => "this server does not use this event",
    };
}
