using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>Something that a row claims and no signature proves.</summary>
/// <param name="Decision">The row of the decision; null when it is not about one.</param>
/// <param name="Code">One of <c>VerificationCode</c>.</param>
/// <param name="Detail">Sentences for people.</param>
internal sealed record GateAlarm(Guid? Decision, string Code, string Detail);

/// <summary>Turns alarms into security events: the release is then held everywhere. Joins the ambient transaction.</summary>
internal sealed class GateAlarms(DecisionStore decisions)
{
    /// <summary>What to append to the journal. An approval is reported once: its row is marked.</summary>
    public async Task<IReadOnlyList<NewJournalEntry>> RaiseAsync(Promotion p, IReadOnlyList<GateAlarm> alarms, CancellationToken ct)
    {
        var entries = new List<NewJournalEntry>();
        foreach (var alarm in alarms)
        {
            if (alarm.Decision is { } decision && !await decisions.RefuseAsync(decision, $"{alarm.Code}: {alarm.Detail}", ct))
                continue;
            entries.Add(new NewJournalEntry(
                new SecurityEventRaised(null, p.Release, p.Cluster, null, alarm.Code, alarm.Detail), StageActor.System, p.Subject));
        }

        return entries;
    }
}
