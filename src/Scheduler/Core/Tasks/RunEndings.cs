using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>Handles the end of a task of a run: another attempt, or the end of the run.</summary>
internal sealed class RunEndings(
    ClusterState state, ClusterJournal journal, TaskCloser closer, TaskStarter starter, Cooldowns cooldowns, Backoffs backoffs)
{
    public void Ended(Deploy run, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        if (Retry(run, task, end) is { } again)
        {
            closer.Announce(task, end, final: false);
            state.Save(again.Run);
            starter.Start(again.Run, task.Instance, again.Pause is { } pause ? now + pause : null, now);
            return;
        }

        closer.Announce(task, end, final: true);
        var reached = end.Outcome switch
        {
            Outcome.Succeeded => DeployState.Succeeded,
            Outcome.Failed => DeployState.Failed,
            Outcome.Cancelled => DeployState.Cancelled,
        };
        state.Save(run with { State = reached, EndedAt = now, FailureClass = end.Class, Reason = end.Reason });
        if (run.Spec.IsDeployed)
            DeployEnded(run, end);
        else if (run.Parent is not null)
            RunOfRequestEnded(run, task, end, now);
    }

    /// <summary>Infrastructure failures are retried up to their limit, tasks killed by a priority freeze always; failures of the program
    /// have the retries of the deploy. What a person ended is not retried.</summary>
    private (Deploy Run, TimeSpan? Pause)? Retry(Deploy run, TaskRecord task, TaskEnd end)
    {
        if (task.KillCause == KillCause.Priority)
            return (run, null);
        if (end.Class == FailureClass.Infra || end.MayBeInfra)
        {
            if (!end.NeverRan && run.InfraFailures >= run.Spec.InfraRetries)
                return null;
            var failures = run.InfraFailures + (end.NeverRan ? 0 : 1);
            return (run with { InfraFailures = failures }, end.NeverRan || failures <= 1 ? null : backoffs.After(failures - 1));
        }

        var retry = run.Spec.Options.Retry;
        if (end.Outcome != Outcome.Failed || end.Class == FailureClass.Security || task.KillCause is not null || run.Crashes >= retry.Times
            || state.Requests[run.RequestId].Overrides.Pause is not null)
            return null;
        // A cron run that a person started is not retried automatically.
        if (run.Spec.Run is { Asked: true } && state.Requests[run.RequestId].Kind == RequestKind.Cron)
            return null;
        var pause = retry.Backoff == TimeSpan.Zero ? (TimeSpan?)null : retry.Backoff * Math.Pow(2, Math.Min(run.Crashes, 10));
        return (run with { Crashes = run.Crashes + 1 }, pause);
    }

    private void DeployEnded(Deploy run, TaskEnd end)
    {
        var request = state.Requests[run.RequestId];
        state.Save(request with
        {
            PendingDeploy = request.PendingDeploy == run.Id ? null : request.PendingDeploy,
            ActiveDeploy = end.Outcome == Outcome.Succeeded ? run.Id : request.ActiveDeploy,
        });
        if (end.Outcome == Outcome.Succeeded)
            journal.Append(new DeployHealthy(state.Cluster, run.RequestId, run.Id), run.Spec.Subject);
        else
            journal.Append(
                new DeployFailed(state.Cluster, run.RequestId, run.Id, end.Class ?? FailureClass.Infra, end.Reason,
                    Wording.Word(end.Outcome == Outcome.Cancelled ? DeployFailure.Cancelled : DeployFailure.TaskFailedOnStartup)),
                run.Spec.Subject);
    }

    private void RunOfRequestEnded(Deploy run, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        if (end.Outcome == Outcome.Succeeded)
            NoteRunTime(run, task, now);
        var request = state.Requests[run.RequestId];
        if (end.Outcome == Outcome.Succeeded && request.Overrides.Cooldown is not null)
            cooldowns.End(request, new Change(ClusterJournal.Scheduler, $"run {run.Id} succeeded", now, null));
        else if (request.Kind == RequestKind.Cron)
            cooldowns.NoteFailure(run, task, end, now);
    }

    /// <summary>What its next runs are compared with.</summary>
    private void NoteRunTime(Deploy run, TaskRecord task, DateTimeOffset now)
    {
        var request = state.Requests[run.RequestId];
        if (task.RunningAt is { } began)
            state.Save(request with { RunTimes = RunTimeRules.With(request.RunTimes, now - began) });
    }
}
