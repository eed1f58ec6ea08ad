using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Transitions;

/// <summary>
/// Readiness is probed from outside; this decides when to probe and what the results mean. While nothing listens only the start-up time
/// counts; once something answers, the answers count.
/// </summary>
internal sealed class ReadinessProbes(
    ClusterState state, ReadinessChecks checks, Kills kills, HealthyTasks healthy, RolloutFailures rolloutFailures)
{
    /// <summary>A try that was not answered after its timeout and this is tried again.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Null when the deploy asks for a port that the task has not got.</summary>
    public static int? PortOf(TaskRecord task, DeploySpec spec) =>
        spec.Options.Probing.PortNumber
        ?? (spec.Options.Probing.PortIndex < task.Ports.Count ? task.Ports[spec.Options.Probing.PortIndex] : null);

    public void Probe(string taskId, DateTimeOffset now)
    {
        if (checks.Find(taskId) is null || !state.Tasks.TryGetValue(taskId, out var task))
            return;
        var spec = state.Deploys[task.DeployId].Spec;
        var readiness = spec.Readiness!;
        state.Effects.Sends.Add(new RunProbe(
            taskId, task.Address!, PortOf(task, spec)!.Value, readiness.HttpPath, readiness.Timeout, spec.Options.Probing.Https));
        state.Timers.Set(TimerKind.Probe, taskId, now + readiness.Timeout + Overdue);
    }

    public void Answered(ProbeCompleted answer, DateTimeOffset now)
    {
        state.Effects.Probes.Add(answer);
        if (checks.Find(answer.TaskId) is not { } check || !state.Tasks.TryGetValue(answer.TaskId, out var task))
            return;
        var spec = state.Deploys[task.DeployId].Spec;
        var readiness = spec.Readiness!;
        if (!answer.Passed)
        {
            DidNotPass(task, spec, check, answer, now);
            return;
        }

        state.Timers.Cancel(TimerKind.Startup, task.Id);
        var row = new ReadinessCheck(check.Tries + 1, check.Bad, check.InRow + 1, check.Since ?? now);
        checks.Save(task.Id, row);
        if (row.InRow >= readiness.Successes && now - row.Since >= readiness.HealthyFor)
            healthy.BecameHealthy(task, now);
        else
            state.Timers.Set(TimerKind.Probe, task.Id, now + readiness.Interval);
    }

    public void StartupPassed(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task))
            Fail(task,
                $"did not pass its readiness check within {state.Deploys[task.DeployId].Spec.Readiness!.Startup.TotalSeconds:0} s", now);
    }

    private void DidNotPass(TaskRecord task, DeploySpec spec, ReadinessCheck check, ProbeCompleted answer, DateTimeOffset now)
    {
        var readiness = spec.Readiness!;
        var probing = spec.Options.Probing;
        var bad = check.Bad + (answer.Refused ? 0 : 1);
        if (answer.Status is { } status && probing.FailureCodes.Contains(status))
        {
            Fail(task, $"its readiness check was answered with {status}, which ends it at once", now);
            return;
        }

        if (probing.MaxFailures is { } most && bad > most)
        {
            Fail(task, $"its readiness check was answered badly {bad} times; {most} are allowed", now);
            return;
        }

        // A series that broke after its first success gets the start-up time once more.
        if (check.InRow > 0)
            state.Timers.Set(TimerKind.Startup, task.Id, now + readiness.Startup);
        checks.Save(task.Id, new ReadinessCheck(check.Tries + 1, bad, 0, null));
        state.Timers.Set(TimerKind.Probe, task.Id, now + PauseAfter(check, answer, readiness, probing));
    }

    // A program needs a moment to listen: the first tries come quickly, then at the interval.
    private static TimeSpan PauseAfter(ReadinessCheck check, ProbeCompleted answer, Readiness readiness, Probing probing)
    {
        if (answer.Refused && probing.StartupInterval is { } interval)
            return interval;
        var ramp = FirstPause * Math.Pow(2, Math.Min(check.Tries, 10));
        return ramp < readiness.Interval ? ramp : readiness.Interval;
    }

    private void Fail(TaskRecord task, string reason, DateTimeOffset now)
    {
        kills.Kill(task, KillCause.Unready, reason, now);
        if (!state.Deploys.TryGetValue(task.DeployId, out var deploy) || deploy is not { State: DeployState.Deploying, KeepsRunning: true }
            || !task.FillsPlace)
            return;
        // The deploy fails without waiting for the end of the process, which may take the whole grace.
        if (deploy.Spec.Options.Rollout.AllowedFailures is not { } allowed || deploy.Progress.Failures >= allowed)
            rolloutFailures.Fail(deploy, new Verdict(DeployFailure.FailedHealthChecks, FailureClass.Health,
                $"instance {task.Instance} {reason}"), now);
    }
}
