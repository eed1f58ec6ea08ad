using Hangfire;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Http;

/// <summary>Stores a verified delivery and starts its job in one transaction.</summary>
internal sealed class DeliveryInbox(DeliveryStore deliveries, IBackgroundJobClient jobs, TimeProvider time)
{
    /// <returns>Our id: of the first delivery when the forge sends it again.</returns>
    public async Task<Guid> StoreAsync(
        string externalId, string name, IReadOnlyDictionary<string, string> headers, byte[] body, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var delivery = new NewDelivery(Guid.CreateVersion7(now), "github", externalId, name, now, headers, body, IgnoredBecause(name));
        var isNew = delivery.Ignored is not null
            ? await deliveries.InsertAsync(delivery, ct)
            : await Transactions.InTransactionAsync(token => StoreWithJobAsync(delivery, token), ct);
        return isNew ? delivery.Id : await deliveries.IdOfAsync("github", externalId, ct);
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
