using System.Collections.Concurrent;
using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler;

/// <summary>What the loops of this process know beside rows, put here after each batch for people to see.</summary>
internal sealed class OfferBoard
{
    private readonly ConcurrentDictionary<string, LoopNotes> byCluster = new(StringComparer.Ordinal);

    public IReadOnlyList<OfferView> Of(string cluster) => byCluster.TryGetValue(cluster, out var notes) ? notes.Held() : [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<DeclinedOfferView> Declined(string cluster) => byCluster.TryGetValue(cluster, out var notes) ? notes.Declined() : [];

    /// <summary>Null: this process does not lead the cluster.</summary>
    public LoopView? Loop(string cluster) => byCluster.TryGetValue(cluster, out var notes) ? notes.Loop() : null;

    public void Put(string cluster, LoopNotes notes) => byCluster[cluster] = notes;

    public void Remove(string cluster) => byCluster.TryRemove(cluster, out _);
}

/// <summary>Made for each batch from references only; the views are built when somebody looks.</summary>
internal sealed record LoopNotes(
    Func<IReadOnlyList<OfferView>> Held, Func<IReadOnlyList<DeclinedOfferView>> Declined, Func<LoopView> Loop);
