using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core;

// Readiness is asked from outside, by the prober; this decides when to ask and what the answers mean. Two phases: while nothing listens
// only the start-up time counts; once something answers, its answers do.
internal sealed partial class ClusterMachine
{
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan OvertimeSlack = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, ReadyCheck> checks = new(StringComparer.Ordinal);

    /// <param name="Bad">Tries that were answered, but not well.</param>
    /// <param name="Since">Of the first success of the row.</param>
    private sealed record ReadyCheck(int Tries, int Bad, int InRow, DateTimeOffset? Since);

    private void WatchRunning(TaskRecord task, DateTimeOffset now)
    {
        timers.Cancel(TimerKind.NotStarted, task.Id);
        var spec = state.Deploys[task.DeployId].Spec;
        // Mesos ends it at its time; ours is the belt to that brace.
        if (spec.MaxRunTime is { } most)
            timers.Set(TimerKind.Overtime, task.Id, (task.RunningAt ?? now) + most + OvertimeSlack);
        WatchLate(task, now);
        if (task.HealthyAt is not null)
            return;
        if (spec.Readiness is { } readiness && ProbePort(task, spec) is not null && !task.SkipHealth)
        {
            var begin = now + spec.Options.Probing.Delay;
            checks[task.Id] = new ReadyCheck(0, 0, 0, null);
            timers.Set(TimerKind.Startup, task.Id, begin + readiness.Startup);
            timers.Set(TimerKind.Probe, task.Id, begin);
            return;
        }

        var settled = (task.RunningAt ?? now) + (task.SkipHealth ? TimeSpan.Zero : spec.Options.Probing.HealthyAfter);
        if (settled > now)
            timers.Set(TimerKind.Settled, task.Id, settled);
        else
            BecameHealthy(task, now);
    }

    private void RanLongEnough(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task) && task is { Phase: TaskPhase.Running, HealthyAt: null, KillCause: null })
            BecameHealthy(task, now);
    }

    /// <summary>Null when the deploy asks for a port that the task has not got.</summary>
    private static int? ProbePort(TaskRecord task, DeploySpec spec) =>
        spec.Options.Probing.PortNumber
        ?? (spec.Options.Probing.PortIndex < task.Ports.Count ? task.Ports[spec.Options.Probing.PortIndex] : null);

    private void StopWatching(string taskId)
    {
        checks.Remove(taskId);
        timers.Cancel(TimerKind.Startup, taskId);
        timers.Cancel(TimerKind.Probe, taskId);
        timers.Cancel(TimerKind.Settled, taskId);
        timers.Cancel(TimerKind.NotStarted, taskId);
    }

    private void Probe(string taskId, DateTimeOffset now)
    {
        if (!checks.ContainsKey(taskId) || !state.Tasks.TryGetValue(taskId, out var task))
            return;
        var spec = state.Deploys[task.DeployId].Spec;
        var readiness = spec.Readiness!;
        state.Effects.Sends.Add(new RunProbe(
            taskId, task.Address!, ProbePort(task, spec)!.Value, readiness.HttpPath, readiness.Timeout, spec.Options.Probing.Https));
        timers.Set(TimerKind.Probe, taskId, now + readiness.Timeout + Overdue);
    }

    private void Answered(ProbeAnswered answer, DateTimeOffset now)
    {
        state.Effects.Probes.Add(answer);
        if (!checks.TryGetValue(answer.TaskId, out var check) || !state.Tasks.TryGetValue(answer.TaskId, out var task))
            return;
        var spec = state.Deploys[task.DeployId].Spec;
        var readiness = spec.Readiness!;
        if (!answer.Passed)
        {
            DidNotPass(task, spec, check, answer, now);
            return;
        }

        timers.Cancel(TimerKind.Startup, task.Id);
        var row = new ReadyCheck(check.Tries + 1, check.Bad, check.InRow + 1, check.Since ?? now);
        checks[task.Id] = row;
        if (row.InRow >= readiness.Successes && now - row.Since >= readiness.HealthyFor)
            BecameHealthy(task, now);
        else
            timers.Set(TimerKind.Probe, task.Id, now + readiness.Interval);
    }

    private void DidNotPass(TaskRecord task, DeploySpec spec, ReadyCheck check, ProbeAnswered answer, DateTimeOffset now)
    {
        var readiness = spec.Readiness!;
        var probing = spec.Options.Probing;
        var bad = check.Bad + (answer.Refused ? 0 : 1);
        if (answer.Status is { } status && probing.FailureCodes.Contains(status))
        {
            Unready(task, $"its readiness check was answered with {status}, which ends it at once", now);
            return;
        }

        if (probing.MaxFailures is { } most && bad > most)
        {
            Unready(task, $"its readiness check was answered badly {bad} times; {most} are allowed", now);
            return;
        }

        // A row that broke after its first success gets the start-up time once more.
        if (check.InRow > 0)
            timers.Set(TimerKind.Startup, task.Id, now + readiness.Startup);
        checks[task.Id] = new ReadyCheck(check.Tries + 1, bad, 0, null);
        timers.Set(TimerKind.Probe, task.Id, now + PauseAfter(check, answer, readiness, probing));
    }

    // A program needs a moment to listen: the first tries come quickly, then at the interval.
    private static TimeSpan PauseAfter(ReadyCheck check, ProbeAnswered answer, Readiness readiness, Probing probing)
    {
        if (answer.Refused && probing.StartupInterval is { } interval)
            return interval;
        var ramp = FirstPause * Math.Pow(2, Math.Min(check.Tries, 10));
        return ramp < readiness.Interval ? ramp : readiness.Interval;
    }

    private void StartupPassed(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task))
            Unready(task,
                $"did not pass its readiness check within {state.Deploys[task.DeployId].Spec.Readiness!.Startup.TotalSeconds:0} s", now);
    }

    private void Unready(TaskRecord task, string reason, DateTimeOffset now)
    {
        Kill(task, KillCause.Unready, reason, now);
        if (!state.Deploys.TryGetValue(task.DeployId, out var deploy) || deploy is not { State: DeployState.Deploying, KeepsRunning: true }
            || !task.FillsPlace)
            return;
        // The verdict does not wait for the end of the process: it may take the whole grace.
        if (deploy.Spec.Options.Rollout.AllowedFailures is not { } allowed || deploy.Progress.Failures >= allowed)
            GiveUp(deploy, new Verdict(DeployFailure.FailedHealthChecks, FailureClass.Health, $"instance {task.Instance} {reason}"), now);
    }

    /// <summary>It was launched long ago and does not run: the agent cannot start it, so another one may try.</summary>
    private void DidNotStart(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task) && task.Phase is (TaskPhase.Launching or TaskPhase.Starting))
            Kill(task, KillCause.NotStarted, $"did not run within {settings.KillIfNotRunning.TotalSeconds:0} s of its launch", now);
    }
}
