using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

// Readiness is asked from outside, by the prober; this decides when to ask and what the answers mean.
internal sealed partial class ClusterMachine
{
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan OvertimeSlack = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, ReadyCheck> checks = new(StringComparer.Ordinal);

    /// <param name="Since">Of the first success of the row.</param>
    private sealed record ReadyCheck(int Tries, int InRow, DateTimeOffset? Since);

    private void WatchRunning(TaskRecord task, DateTimeOffset now)
    {
        var spec = state.Deploys[task.DeployId].Spec;
        // Mesos ends it at its time; ours is the belt to that brace.
        if (spec.MaxRunTime is { } most)
            timers.Set(TimerKind.Overtime, task.Id, (task.RunningAt ?? now) + most + OvertimeSlack);
        if (task.HealthyAt is not null)
            return;
        if (spec.Readiness is not { } readiness || task.Ports.Count == 0)
        {
            BecameHealthy(task, now);
            return;
        }

        checks[task.Id] = new ReadyCheck(0, 0, null);
        timers.Set(TimerKind.Startup, task.Id, now + readiness.Startup);
        timers.Set(TimerKind.Probe, task.Id, now);
    }

    private void StopWatching(string taskId)
    {
        checks.Remove(taskId);
        timers.Cancel(TimerKind.Startup, taskId);
        timers.Cancel(TimerKind.Probe, taskId);
    }

    private void Probe(string taskId, DateTimeOffset now)
    {
        if (!checks.ContainsKey(taskId) || !state.Tasks.TryGetValue(taskId, out var task))
            return;
        var readiness = state.Deploys[task.DeployId].Spec.Readiness!;
        state.Effects.Sends.Add(new RunProbe(taskId, task.Address!, task.Ports[0], readiness.HttpPath, readiness.Timeout));
        timers.Set(TimerKind.Probe, taskId, now + readiness.Timeout + Overdue);
    }

    private void Answered(ProbeAnswered answer, DateTimeOffset now)
    {
        state.Effects.Probes.Add(answer);
        if (!checks.TryGetValue(answer.TaskId, out var check) || !state.Tasks.TryGetValue(answer.TaskId, out var task))
            return;
        var readiness = state.Deploys[task.DeployId].Spec.Readiness!;
        if (!answer.Passed)
        {
            // A row that broke after its first success gets the start-up time once more.
            if (check.InRow > 0)
                timers.Set(TimerKind.Startup, task.Id, now + readiness.Startup);
            checks[task.Id] = new ReadyCheck(check.Tries + 1, 0, null);
            timers.Set(TimerKind.Probe, task.Id, now + PauseAfter(check, readiness));
            return;
        }

        timers.Cancel(TimerKind.Startup, task.Id);
        var row = new ReadyCheck(check.Tries + 1, check.InRow + 1, check.Since ?? now);
        checks[task.Id] = row;
        if (row.InRow >= readiness.Successes && now - row.Since >= readiness.HealthyFor)
            BecameHealthy(task, now);
        else
            timers.Set(TimerKind.Probe, task.Id, now + readiness.Interval);
    }

    // A program needs a moment to listen: the first tries come quickly, then at the interval.
    private static TimeSpan PauseAfter(ReadyCheck check, Readiness readiness)
    {
        var ramp = FirstPause * Math.Pow(2, Math.Min(check.Tries, 10));
        return ramp < readiness.Interval ? ramp : readiness.Interval;
    }

    private void StartupPassed(string taskId, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(taskId, out var task))
            return;
        var readiness = state.Deploys[task.DeployId].Spec.Readiness!;
        Kill(task, KillCause.Unready, $"did not pass its readiness check within {readiness.Startup.TotalSeconds:0} s", now);
        // The verdict does not wait for the end of the process: it may take the whole grace.
        if (state.Deploys.TryGetValue(task.DeployId, out var deploy) && deploy.State == DeployState.Deploying)
            FailDeploy(deploy, Kernel.FailureClass.Health,
                $"instance {task.Instance} did not pass its readiness check within {readiness.Startup.TotalSeconds:0} s", now);
    }
}
