using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>Announces runs that take longer than expected, once; the run continues. A hard limit is an option of its
/// own.</summary>
internal sealed class LateRuns(ClusterState state, ClusterJournal journal)
{
    public void Watch(TaskRecord task, DateTimeOffset now)
    {
        var run = state.Deploys[task.DeployId];
        if (run.Parent is not null && run.Progress.LateSince is null
            && RunTimeRules.LimitOf(state.Requests[run.RequestId], run.Spec) is var (limit, _))
            state.Timers.Set(TimerKind.Late, task.Id, (task.RunningAt ?? now) + limit);
    }

    public void Passed(string taskId, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(taskId, out var task) || state.Deploys[task.DeployId] is not { Progress.LateSince: null } run
            || RunTimeRules.LimitOf(state.Requests[run.RequestId], run.Spec) is not var (_, because))
            return;
        state.Save(run with { Progress = run.Progress with { LateSince = now } });
        journal.Request(run.RequestId, "run-late", $"{run.Id} runs since {task.RunningAt:u}; {because}", now);
    }
}
