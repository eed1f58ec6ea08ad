using System.Collections.Concurrent;

namespace Pipeline.Scheduler;

/// <summary>What the loops of this process hold of offers, put here after each batch for people to see.</summary>
internal sealed class OfferBoard
{
    private readonly ConcurrentDictionary<string, Func<IReadOnlyList<OfferView>>> byCluster = new(StringComparer.Ordinal);

    public IReadOnlyList<OfferView> Of(string cluster) => byCluster.TryGetValue(cluster, out var offers) ? offers() : [];

    public void Put(string cluster, Func<IReadOnlyList<OfferView>> offers) => byCluster[cluster] = offers;

    public void Remove(string cluster) => byCluster.TryRemove(cluster, out _);
}
