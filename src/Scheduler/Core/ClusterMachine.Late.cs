namespace Pipeline.Scheduler.Core;

// Runs that take longer than they should: somebody is told once, and the run goes on. What must not last has a limit of its own.
internal sealed partial class ClusterMachine
{
    private void WatchLate(TaskRecord task, DateTimeOffset now)
    {
        var run = state.Deploys[task.DeployId];
        if (run.Parent is not null && run.Progress.LateSince is null && RunTimes.LimitOf(state.Requests[run.RequestId], run.Spec) is var (limit, _))
            state.Timers.Set(TimerKind.Late, task.Id, (task.RunningAt ?? now) + limit);
    }

    private void IsLate(string taskId, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(taskId, out var task) || state.Deploys[task.DeployId] is not { Progress.LateSince: null } run
            || RunTimes.LimitOf(state.Requests[run.RequestId], run.Spec) is not var (_, because))
            return;
        state.Save(run with { Progress = run.Progress with { LateSince = now } });
        journal.Request(run.RequestId, "run-late", $"{run.Id} runs since {task.RunningAt:u}; {because}", new Change(ClusterJournal.Scheduler, null, now, null));
    }

    /// <summary>What its next runs are compared with.</summary>
    private void NoteRunTime(Deploy run, TaskRecord task, DateTimeOffset now)
    {
        var request = state.Requests[run.RequestId];
        if (task.RunningAt is { } began)
            state.Save(request with { RunTimes = RunTimes.With(request.RunTimes, now - began) });
    }
}
