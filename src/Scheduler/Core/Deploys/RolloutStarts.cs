using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Deploys;

/// <summary>Starts a roll-out, and applies the decisions of people about one that is under way.</summary>
internal sealed class RolloutStarts(
    ClusterState state, ClusterJournal journal, RolloutSteps rollouts, Convergence convergence, RolloutFailures rolloutFailures)
{
    public void RollOut(Request request, Deploy deploy, DateTimeOffset now)
    {
        state.Save(request with { PendingDeploy = deploy.Id });
        rollouts.Begin(deploy, now);
        convergence.Balance(request.Id, now);
        convergence.Advance(deploy.Id, now);
    }

    public CommandOutcome Handle(CancelDeployCommand cancelled, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(cancelled.DeployId, out var deploy) || !deploy.KeepsRunning)
            return CommandOutcome.NotFound($"'{cancelled.DeployId}' is not a deploy that is under way.");
        if (deploy.State != DeployState.Deploying)
            return CommandOutcome.Conflict("deploy-not-pending",
                $"Deploy {deploy.Id} is {Wording.Word(deploy.State)}: there is nothing left to cancel.");
        var verdict = new Verdict(DeployFailure.Cancelled, FailureClass.Infra, $"cancelled by {cancelled.Actor}: {cancelled.Reason}");
        rolloutFailures.Fail(deploy, verdict, now, cancelled.Actor);
        return CommandOutcome.Accepted;
    }

    public CommandOutcome Handle(AdvanceDeployCommand command, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(command.DeployId, out var deploy) || !deploy.KeepsRunning)
            return CommandOutcome.NotFound($"'{command.DeployId}' is not a deploy that is under way.");
        if (deploy.State != DeployState.Deploying)
            return CommandOutcome.Conflict("deploy-not-pending",
                $"Deploy {deploy.Id} is {Wording.Word(deploy.State)}: there is no group to judge.");
        var group = deploy.Progress.Step + 1;
        if (!command.Accepted)
        {
            var reason = $"group {group} rejected by {command.Actor}" + Wording.Because(command.Reason);
            rolloutFailures.Fail(deploy, new Verdict(DeployFailure.CheckRejected, FailureClass.Health, reason), now, command.Actor);
            return CommandOutcome.Accepted;
        }

        var acceptance = deploy.Spec.Options.Rollout.Acceptance;
        if (acceptance is not (Acceptance.Manual or Acceptance.Checked))
            return CommandOutcome.Conflict("deploy-advances-itself",
                $"Deploy {deploy.Id} advances by itself ({Wording.Word(acceptance)}).");
        if (deploy.Progress.HealthyAt is null)
            return CommandOutcome.Conflict("group-not-healthy", $"Group {group} of deploy {deploy.Id} is not healthy yet.");
        state.Save(deploy with { Progress = deploy.Progress with { Accepted = true } });
        journal.Request(deploy.RequestId, "deploy-advanced", $"group {group} of {deploy.Id} accepted",
            new Change(command.Actor, command.Reason, now, null));
        convergence.Advance(deploy.Id, now);
        return CommandOutcome.Accepted;
    }
}
