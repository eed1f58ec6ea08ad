using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Decides what the failure of an instance means for its deploy.</summary>
internal sealed class InstanceFailures(ClusterState state, CoreSettings settings, InstanceTargets targets, Cooldowns cooldowns)
{
    /// <summary>The deploy is below its target and nothing else runs as this instance.</summary>
    public bool IsMissing(Deploy deploy, TaskRecord task)
    {
        var request = state.Requests[deploy.RequestId];
        if (!task.FillsPlace || !deploy.IsLive || InstanceTargets.IsLeftAlone(request, deploy))
            return false;
        var tally = state.TallyOf(deploy.Id);
        return tally.Places < targets.TargetOf(request, deploy) && !tally.IsFilled(task.Instance);
    }

    public void Note(Deploy deploy, TaskRecord task, TaskEnd end, DateTimeOffset now) => cooldowns.NoteFailure(deploy, task, end, now);

    /// <summary>Counts a failure against a deploy that rolls out.</summary>
    /// <returns>The deploy with its new counts, and why it fails; null when it may continue.</returns>
    public (Deploy Deploy, Verdict? Verdict) Judge(Deploy deploy, TaskRecord task, TaskEnd end)
    {
        if (deploy.State != DeployState.Deploying || end.Outcome != Outcome.Failed || end.Class is not { } failure
            || failure == FailureClass.Infra)
            return (deploy, null);
        var verdict = new Verdict(WordFor(failure, end), failure, $"instance {task.Instance}: {end.Reason}");
        if (failure == FailureClass.Security)
            return (deploy, verdict);
        deploy = deploy with { Crashes = deploy.Crashes + 1, Progress = deploy.Progress with { Failures = deploy.Progress.Failures + 1 } };
        state.Save(deploy);
        if (deploy.Spec.Options.Rollout.AllowedFailures is { } allowed)
            return (deploy, deploy.Progress.Failures > allowed ? verdict : null);
        if (task.KillCause == KillCause.Unready)
            return (deploy, verdict);
        return (deploy, deploy.Crashes >= settings.MaxCrashes
            ? verdict with { Reason = $"{deploy.Crashes} instances failed; the last, {task.Id}: {end.Reason}" }
            : null);
    }

    private static DeployFailure WordFor(FailureClass failure, TaskEnd end) => failure switch
    {
        FailureClass.Security => DeployFailure.Security,
        FailureClass.Health => DeployFailure.FailedHealthChecks,
        FailureClass.Config => DeployFailure.ConfigInvalid,
        FailureClass.App when end.Phase == TaskPhase.Finished => DeployFailure.ExpectedRunningFinished,
        FailureClass.App or FailureClass.Infra => DeployFailure.TaskFailedOnStartup,
    };
}
