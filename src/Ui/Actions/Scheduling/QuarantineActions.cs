using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Ui.Actions.Scheduling;

/// <summary>What operators can do to something that the scheduler quarantined.</summary>
internal sealed class QuarantineActions(QuarantineCommands quarantine)
{
    public IReadOnlyList<PageAction> Of(QuarantineView entry) =>
    [
        new(
            "Release", $"The scheduler processes the {entry.Kind} {entry.SubjectId} again. If it fails again, it is quarantined again.",
            async (caller, _, ct) => await quarantine.ReleaseAsync(caller, entry.Cluster, entry.Id, ct)
                ? new ActionResult(true, "Release: recorded.")
                : new ActionResult(false, "Refused (quarantine-entry-not-found): the entry was released already.")),
    ];
}
