using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Actions.Promotions;

/// <summary>What people decide about promotions: approve, reject, roll back, promote.</summary>
internal sealed class PromotionActions(PromotionCommands commands)
{
    private static readonly ActionQuestions Comment = new() { NoteLabel = "Comment", NoteLength = 2000 };

    /// <param name="plan">Digest of the plan that is shown: an approval is bound to it.</param>
    /// <param name="cannotApprove">Why an approval would be refused, as far as the page can tell.</param>
    public IReadOnlyList<PageAction> Of(PromotionPageView promotion, string? plan, string? cannotApprove)
    {
        if (promotion.Phase == "Waiting")
            return [Approve(promotion, plan) with { Unavailable = cannotApprove }, Reject(promotion)];
        var isMoving = promotion.Phase is "Deploying" or "Baking";
        var isCurrent = promotion is { Phase: "Succeeded" or "Failed", IsCurrent: true, HealthyAt: not null };
        return isMoving || isCurrent ? [RollBack(promotion)] : [];
    }

    /// <summary>Offers a release to a stage; the gates of the stage still apply.</summary>
    public PageAction Promote(Digest release, int number, string repository, string stage) => new(
        $"Promote to {stage}",
        $"Release {number} of {repository} is offered to {stage}. It is deployed when every gate of {stage} is open.",
        async (caller, _, ct) => Result(
            await commands.PromoteAsync(caller, release, stage, null, ct), "Promotion recorded."))
    { Permission = Permission.Promote, TestId = $"promote-{stage}" };

    private PageAction Approve(PromotionPageView promotion, string? plan) => new(
        "Approve",
        $"Release {promotion.ReleaseNumber} of {promotion.Repository} is deployed to {promotion.Stage} as soon as no other gate blocks it.",
        async (caller, input, ct) => Result(
            await commands.ApproveAsync(caller, new PromotionId(promotion.Id), plan, input.Note, ct),
                "Approval recorded."))
    { Permission = Permission.Approve, IsPrimary = true, Questions = Comment };

    private PageAction Reject(PromotionPageView promotion) => new(
        "Reject", $"Release {promotion.ReleaseNumber} of {promotion.Repository} is not deployed to {promotion.Stage}. A newer release is offered again.",
        async (caller, input, ct) => Result(
            await commands.RejectAsync(caller, new PromotionId(promotion.Id), input.Note, ct), "Rejection recorded."))
    { Permission = Permission.Approve, Severity = ActionSeverity.Irreversible, Questions = Comment };

    private PageAction RollBack(PromotionPageView promotion) => new(
        "Roll back",
        $"{promotion.Stage} returns to the release that ran before release {promotion.ReleaseNumber} of {promotion.Repository}.",
        async (caller, input, ct) => Result(
            await commands.RollbackAsync(caller, new PromotionId(promotion.Id), input.Note, ct), "Rollback started."))
    { Permission = Permission.Promote, Severity = ActionSeverity.Irreversible, Questions = Comment, TestId = "rollback" };

    internal static ActionResult Result(PromotionOutcome outcome, string done) => outcome switch
    {
        PromotionOutcome.Done => new ActionResult(true, done),
        PromotionOutcome.Unknown unknown => new ActionResult(false, $"Not recorded. {unknown.What}"),
        PromotionOutcome.Refused no => new ActionResult(false, $"Not allowed. {no.Sentence} {no.Hint}"),
        PromotionOutcome.Conflict no => new ActionResult(false, $"Not recorded. {no.Sentence} {no.Hint}"),
        _ => new ActionResult(false, "Not recorded."),
    };
}
