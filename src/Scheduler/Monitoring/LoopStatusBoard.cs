using System.Collections.Concurrent;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Monitoring;

/// <summary>What the loops of this process know beyond the rows, published after each step.</summary>
internal sealed class LoopStatusBoard
{
    private readonly ConcurrentDictionary<string, LoopStatus> byCluster = new(StringComparer.Ordinal);

    public IReadOnlyList<OfferView> Offers(string cluster) => byCluster.TryGetValue(cluster, out var status) ? status.Held() : [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<DeclinedOfferView> Declined(string cluster) => byCluster.TryGetValue(cluster, out var status) ? status.Declined()
        : [];

    /// <summary>Null: this process does not lead the cluster.</summary>
    public LoopView? Loop(string cluster) => byCluster.TryGetValue(cluster, out var status) ? status.Loop() : null;

    public void Put(string cluster, LoopStatus status) => byCluster[cluster] = status;

    public void Remove(string cluster) => byCluster.TryRemove(cluster, out _);
}

/// <summary>Made for each batch from references only; the views are built when somebody looks.</summary>
internal sealed record LoopStatus(
    Func<IReadOnlyList<OfferView>> Held, Func<IReadOnlyList<DeclinedOfferView>> Declined, Func<LoopView> Loop);
