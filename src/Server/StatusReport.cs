using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.Server;

/// <summary>Which event shows as which commit status on the forge. The description says the reason first: its end may be cut.</summary>
internal sealed record StatusReport(string Context, CommitState State, string Description)
{
    private const string BuildContext = "pipeline/build";

    /// <summary>What the event says on the forge; null when it says nothing.</summary>
    public static StatusReport? Of(JournalEvent happened) => happened switch
    {
        CommitPushed => new(BuildContext, CommitState.Pending, "Reading the definition"),
        BuildPlanned e => new(BuildContext, CommitState.Pending, $"Build #{e.Number}: {string.Join(", ", e.Modules)}"),
        DefinitionRejected { Problems: [var only] } => new(BuildContext, CommitState.Error, $"{only}"),
        DefinitionRejected e => new(BuildContext, CommitState.Error, $"{e.Problems[0]} (and {e.Problems.Count - 1} more)"),
        BuildFinished { Outcome: Outcome.Succeeded } e => new(BuildContext, CommitState.Success, $"Build #{e.Number} succeeded"),
        BuildFinished { Outcome: Outcome.Cancelled } e =>
            new(BuildContext, CommitState.Error, $"{e.Reason ?? "cancelled"} (build #{e.Number})"),
        BuildFinished { Class: FailureClass.Infra or FailureClass.Security } e =>
            new(BuildContext, CommitState.Error, $"{e.Reason} (build #{e.Number})"),
        BuildFinished e => new(BuildContext, CommitState.Failure, $"{e.Reason} (build #{e.Number})"),
        PromotionWaiting e => new($"pipeline/{e.Stage}", CommitState.Pending, e.Blockers.Count > 0 ? e.Blockers[0] : "waiting"),
        PromotionStarted e => new($"pipeline/{e.Stage}", CommitState.Pending, $"deploying to {e.Stage}"),
        PromotionBaking e => new($"pipeline/{e.Stage}", CommitState.Pending, $"healthy in {e.Stage}, watched"),
        PromotionSucceeded e => new($"pipeline/{e.Stage}", CommitState.Success, $"runs in {e.Stage}"),
        PromotionFailed { Class: FailureClass.Infra or FailureClass.Security } e => new($"pipeline/{e.Stage}", CommitState.Error, e.Reason),
        PromotionFailed e => new($"pipeline/{e.Stage}", CommitState.Failure, e.Reason),
        PromotionRollingBack e => new($"pipeline/{e.Stage}", CommitState.Failure, $"rolling back: {e.Reason}"),
        PromotionRolledBack e => new($"pipeline/{e.Stage}", CommitState.Failure, $"rolled back: {e.Reason}"),
        PromotionRejected e =>
            new($"pipeline/{e.Stage}", CommitState.Failure, $"rejected by {e.Person}{(e.Comment is null ? "" : $": {e.Comment}")}"),
        PromotionSuperseded e => new($"pipeline/{e.Stage}", CommitState.Error, $"superseded by {e.By.Hex[..12]}"),
        _ => null,
    };
}
