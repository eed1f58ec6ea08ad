using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>Enqueues the job that advances a promotion, in the ambient transaction. The module names the job.</summary>
internal delegate void AdvanceLater(PromotionId promotion);

/// <summary>What a transaction sends when its rows are written: jobs first, the journal last. The append takes a lock that every other
/// append waits for.</summary>
internal sealed class PromotionOutbox(AdvanceLater advance, Journal journal)
{
    /// <param name="promotions">To advance when the transaction has committed.</param>
    public Task SendAsync(IReadOnlyList<NewJournalEntry> entries, IReadOnlyList<PromotionId> promotions, CancellationToken ct)
    {
        foreach (var id in promotions)
            advance(id);
        return journal.AppendAsync(entries, ct);
    }
}
