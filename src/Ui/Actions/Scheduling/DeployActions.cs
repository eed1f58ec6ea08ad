using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Ui.Actions.Scheduling;

/// <summary>What operators can do to a deploy in progress, or to a run.</summary>
internal sealed class DeployActions(OperatorCommands commands)
{
    public IReadOnlyList<PageAction> Of(DeployView deploy)
    {
        if (deploy.State is not ("deploying" or "retiring") || deploy.EndedAt is not null)
            return [];
        if (deploy.Kind == "run-once")
            return [CancelRun(deploy)];
        return deploy.Rollout is { } rollout
            ? [Advance(deploy, rollout), Reject(deploy, rollout), Cancel(deploy)]
            : [Cancel(deploy)];
    }

    private PageAction CancelRun(DeployView run) => new(
        "Cancel", $"The run {run.Id} stops and is recorded as cancelled.",
        OperatorCall.To("Cancel", c => commands.CancelRunAsync(c.Caller, run.Cluster, run.Id, c.Details, c.Ct)))
    { Severity = ActionSeverity.Capacity, TestId = "cancel-run" };

    private PageAction Advance(DeployView deploy, RolloutView rollout) => new(
        "Advance", $"Group {rollout.Group} of {rollout.Groups} is accepted and the next group starts now.",
        OperatorCall.To("Advance", c => commands.AdvanceAsync(c.Caller, deploy.Cluster, deploy.Id, true, c.Details, c.Ct)))
    { Unavailable = NotHealthy(rollout) };

    private PageAction Reject(DeployView deploy, RolloutView rollout) => new(
        "Reject", $"Group {rollout.Group} is rejected: the deploy fails and the instances of the previous deploy return.",
        OperatorCall.To("Reject", c => commands.AdvanceAsync(c.Caller, deploy.Cluster, deploy.Id, false, c.Details, c.Ct)))
    {
        Severity = ActionSeverity.Capacity, Unavailable = NotHealthy(rollout), Questions = new ActionQuestions { RequiresNote = true },
    };

    private PageAction Cancel(DeployView deploy) => new(
        "Cancel", $"The deploy {deploy.Id} is cancelled and the previous deploy stays active.",
        OperatorCall.To("Cancel", c => commands.CancelDeployAsync(c.Caller, deploy.Cluster, deploy.Id, c.Details, c.Ct)))
    { Severity = ActionSeverity.Capacity, TestId = "cancel-deploy" };

    private static string? NotHealthy(RolloutView rollout) => rollout.HealthySince is null ? "The group is not healthy yet." : null;
}
