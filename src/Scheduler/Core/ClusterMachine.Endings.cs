using Pipeline.Kernel;

namespace Pipeline.Scheduler.Core;

// What follows when a task is over.
internal sealed partial class ClusterMachine
{
    private readonly Dictionary<(string Deploy, int Instance), int> failuresInRow = [];

    private void End(TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        timers.CancelAll(task.Id);
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

    private void RunEnded(Deploy run, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        var counts = end.Class == FailureClass.Infra || end.MayBeInfra;
        if (counts && (end.NeverRan || run.InfraFailures < run.Spec.InfraRetries))
        {
            Announce(task, end, final: false);
            var failures = run.InfraFailures + (end.NeverRan ? 0 : 1);
            state.Save(run with { InfraFailures = failures });
            AddTask(run, task.Instance, end.NeverRan || failures <= 1 ? null : now + Backoff(failures - 1), now);
            return;
        }

        Announce(task, end, final: true);
        var reached = end.Outcome switch
        {
            Outcome.Succeeded => DeployState.Succeeded,
            Outcome.Failed => DeployState.Failed,
            Outcome.Cancelled => DeployState.Cancelled,
        };
        state.Save(run with { State = reached, EndedAt = now, FailureClass = end.Class, Reason = end.Reason });
    }

    private void InstanceEnded(Deploy deploy, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        var wanted = deploy.IsLive && task.KillCause != KillCause.Retired && state.Requests[task.RequestId].State == RequestState.Active;
        var verdict = wanted && deploy.State == DeployState.Deploying ? VerdictOn(ref deploy, task, end) : null;
        var replaced = wanted && verdict is null && end.Class != FailureClass.Security;
        Announce(task, end, final: !replaced);
        if (verdict is not null)
            FailDeploy(deploy, end.Class!.Value, verdict, now);
        else if (replaced)
            AddTask(deploy, task.Instance, NotBefore(deploy, task.Instance, end, now), now);
        SettleRetired(task.RequestId);
    }

    /// <summary>Counts a failure against a deploy that rolls out.</summary>
    /// <returns>Why the deploy fails, or null when it may go on.</returns>
    private string? VerdictOn(ref Deploy deploy, TaskRecord task, TaskEnd end)
    {
        if (end.Outcome != Outcome.Failed || end.Class is null or FailureClass.Infra)
            return null;
        if (end.Class == FailureClass.Security || task.KillCause == KillCause.Unready)
            return $"instance {task.Instance}: {end.Reason}";
        deploy = deploy with { Crashes = deploy.Crashes + 1 };
        state.Save(deploy);
        return deploy.Crashes >= settings.MaxCrashes ? $"{deploy.Crashes} instances failed; the last, {task.Id}: {end.Reason}" : null;
    }

    // The first failure for infra is replaced at once: losing an agent says nothing about the next one.
    private DateTimeOffset? NotBefore(Deploy deploy, int instance, TaskEnd end, DateTimeOffset now)
    {
        if (end.NeverRan || end.Outcome == Outcome.Cancelled)
            return null;
        var row = failuresInRow[(deploy.Id, instance)] = failuresInRow.GetValueOrDefault((deploy.Id, instance)) + 1;
        var free = end.Class == FailureClass.Infra ? 1 : 0;
        return row <= free ? null : now + Backoff(row - free);
    }

    private TimeSpan Backoff(int failures)
    {
        var doubled = settings.FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 20));
        return doubled < settings.LongestBackoff ? doubled : settings.LongestBackoff;
    }
}
