using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Ui.Queries.Releases;

namespace Pipeline.Ui.Actions.Promotions;

/// <summary>Keeps a release out of every stage, or lets it go on.</summary>
internal sealed class HoldActions(ReleaseCommands commands)
{
    private static readonly ActionQuestions Why = new() { RequiresNote = true };

    public PageAction Of(ReleaseView release) => release.HeldReason is null ? Hold(release) : Lift(release);

    private PageAction Hold(ReleaseView release) => new(
        "Hold", $"Release {release.Number} is promoted into no stage until the hold is lifted. What runs of it goes on.",
        async (caller, input, ct) => Said(
            "Hold: recorded.", await commands.HoldAsync(caller, Digest.Parse(release.Digest), input.Note ?? "", ct)))
    { Permission = Permission.Hold, Severity = ActionSeverity.Capacity, Questions = Why, TestId = "hold" };

    private PageAction Lift(ReleaseView release) => new(
        "Lift the hold", $"Release {release.Number} can be promoted again. It was held because: {release.HeldReason}",
        async (caller, input, ct) => Said(
            "Lift the hold: recorded.", await commands.UnholdAsync(caller, Digest.Parse(release.Digest), input.Note, ct)))
    { Permission = Permission.Hold, Severity = ActionSeverity.Capacity, Questions = Why, TestId = "lift-hold" };

    private static ActionResult Said(string recorded, bool isKnown) =>
        isKnown ? new ActionResult(true, recorded) : new ActionResult(false, "Not recorded. The release is unknown.");
}
