using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Contract.Queries;

/// <summary>Reads webhook deliveries.</summary>
public sealed class DeliveryQueries
{
    private readonly DeliveryStore store;

    internal DeliveryQueries(DeliveryStore store) => this.store = store;

    /// <summary>Newest first, of one repository or of all.</summary>
    public Task<Page<Delivery>> ListAsync(RepositoryId? repository, Cursor? after, int limit, CancellationToken ct) =>
        store.ListAsync(repository, after, limit, ct);

    /// <summary>The delivery with headers, and for a caller who holds <see cref="Permission.View"/> with its body; null when there is none
    /// of that id.</summary>
    public async Task<DeliveryDetail?> GetAsync(Caller caller, Guid id, CancellationToken ct) =>
        await store.GetAsync(id, ct) is not { } found ? null
            : caller.Has(Permission.View) ? found
            : found with { Body = null };
}
