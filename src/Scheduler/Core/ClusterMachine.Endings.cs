using Pipeline.Kernel;
using Pipeline.Mesos.Client;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// What follows when a task is over.
internal sealed partial class ClusterMachine
{
    private readonly Dictionary<(string Deploy, int Instance), int> failuresInRow = [];

    private void End(TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        timers.CancelTask(task.Id);
        checks.Remove(task.Id);
        unanswered.Remove(task.Id);
        lastUpdate.Remove(task.Id);
        var deploy = state.Deploys[task.DeployId];
        state.Save(task with
        {
            Phase = end.Phase, EndedAt = now, Outcome = end.Outcome, FailureClass = end.Class, ExitCode = end.ExitCode,
                Reason = end.Reason, Why = null,
        });
        if (deploy.Spec.Kind == RequestKind.RunOnce)
            RunEnded(deploy, task, end, now);
        else
            InstanceEnded(deploy, task, end, now);
        if (state.Requests[task.RequestId].State == RequestState.Removing)
            RemoveWhenEmpty(task.RequestId);
    }

    private void Announce(TaskRecord task, TaskEnd end, bool final) => state.Append(
        new TaskFinished(settings.Cluster, task.RequestId, task.DeployId, task.Id, end.Outcome, end.Class, end.ExitCode, end.Reason, final),
        Self, SubjectOf(task));

    private void InstanceEnded(Deploy deploy, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        var missed = task.FillsPlace && IsMissed(deploy, task.Instance);
        if (missed)
            NoteFailure(deploy, task, end, now);
        var verdict = missed && deploy.State == DeployState.Deploying ? VerdictOn(ref deploy, task, end) : null;
        if (missed && end.Class == FailureClass.Security && verdict is null)
        {
            // What did not verify is never started again; what runs of it stays until somebody decides.
            state.Save(deploy with { FailureClass = FailureClass.Security, Reason = end.Reason });
            missed = false;
        }

        var replaced = missed && verdict is null;
        // Given up only now that another attempt runs in its place.
        var isReplaced = task.Leaving is { Cause: LeaveCause.Unreachable } && StandIns(task).Any();
        Announce(task, end, final: !replaced && !isReplaced);
        if (verdict is not null)
            GiveUp(deploy, verdict, now);
        else if (replaced)
            AddTask(deploy, task.Instance, NotBefore(deploy, task.Instance, end, now), now);
        RetireLeaving(task.RequestId, now);
        SettleRetired(task.RequestId);
        Proceed(deploy.Id, now);
    }

    /// <summary>The place of the instance is empty now, and should not be.</summary>
    private bool IsMissed(Deploy deploy, int instance)
    {
        var request = state.Requests[deploy.RequestId];
        if (!deploy.IsLive || IsLeftAlone(request, deploy))
            return false;
        var tally = state.TallyOf(deploy.Id);
        return tally.Places < TargetOf(request, deploy) && !tally.IsFilled(instance);
    }

    /// <summary>Counts a failure against a deploy that rolls out.</summary>
    /// <returns>Why the deploy fails, or null when it may go on.</returns>
    private Verdict? VerdictOn(ref Deploy deploy, TaskRecord task, TaskEnd end)
    {
        if (end.Outcome != Outcome.Failed || end.Class is not { } failure || failure == FailureClass.Infra)
            return null;
        var word = failure switch
        {
            FailureClass.Security => DeployFailure.Security,
            FailureClass.Health => DeployFailure.FailedHealthChecks,
            FailureClass.Config => DeployFailure.ConfigInvalid,
            FailureClass.App when end.Phase == TaskPhase.Finished => DeployFailure.ExpectedRunningFinished,
            FailureClass.App or FailureClass.Infra => DeployFailure.TaskFailedOnStartup,
        };
        var verdict = new Verdict(word, failure, $"instance {task.Instance}: {end.Reason}");
        if (failure == FailureClass.Security)
            return verdict;
        deploy = deploy with { Crashes = deploy.Crashes + 1, Progress = deploy.Progress with { Failures = deploy.Progress.Failures + 1 } };
        state.Save(deploy);
        if (deploy.Spec.Options.Rollout.AllowedFailures is { } allowed)
            return deploy.Progress.Failures > allowed ? verdict : null;
        if (task.KillCause == KillCause.Unready)
            return verdict;
        return deploy.Crashes >= settings.MaxCrashes
            ? verdict with { Reason = $"{deploy.Crashes} instances failed; the last, {task.Id}: {end.Reason}" }
            : null;
    }

    /// <summary>The first failure for infra is replaced at once: losing an agent says nothing about the next one.</summary>
    private DateTimeOffset? NotBefore(Deploy deploy, int instance, TaskEnd end, DateTimeOffset now)
    {
        var wait = deploy.Spec.Options.WaitAfterTask;
        if (!end.NeverRan && end.Outcome != Outcome.Cancelled)
        {
            var row = failuresInRow[(deploy.Id, instance)] = failuresInRow.GetValueOrDefault((deploy.Id, instance)) + 1;
            var free = end.Class == FailureClass.Infra ? 1 : 0;
            if (row > free && Backoff(row - free) > wait)
                wait = Backoff(row - free);
        }

        if (state.Requests[deploy.RequestId].Overrides.Cooldown is not null && deploy.State != DeployState.Deploying
            && CooldownRules.Delay > wait)
            wait = CooldownRules.Delay;
        return wait > TimeSpan.Zero ? now + wait : null;
    }

    private TimeSpan Backoff(int failures)
    {
        var doubled = settings.FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 20));
        return doubled < settings.LongestBackoff ? doubled : settings.LongestBackoff;
    }
}
