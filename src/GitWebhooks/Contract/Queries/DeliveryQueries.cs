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

    /// <summary>The delivery with headers and body, null when there is none of that id.</summary>
    public Task<DeliveryDetail?> GetAsync(Guid id, CancellationToken ct) => store.GetAsync(id, ct);
}
