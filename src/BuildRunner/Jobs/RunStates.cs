using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>The newest attempt of a run.</summary>
/// <param name="End">How it ended; null while it waits or runs. An attempt that is replaced is not the newest any more, so that this
/// end is the run's own.</param>
internal sealed record RunState(string TaskId, TaskEnd? End);

/// <summary>Asks the scheduler what became of runs: the safety net for a job that was lost.</summary>
internal sealed class RunStates(SchedulerQueries scheduler, BuildRunnerOptions options)
{
    /// <returns>Null when the scheduler has not placed the run yet, or does not know it.</returns>
    public async Task<RunState?> NewestAsync(string runId, CancellationToken ct)
    {
        var tasks = await scheduler.TasksAsync(new TaskFilter(options.Cluster, DeployId: runId), null, 1, ct);
        return tasks.Items is [var task]
            ? new RunState(
                task.Id,
                task is { Outcome: { } outcome, EndedAt: { } at }
                    ? new TaskEnd(
                        Parse<Outcome>(outcome), task.FailureClass is { } failure ? Parse<FailureClass>(failure) : null, task.Reason, at)
                    : null)
            : null;
    }

    /// <summary>How the runs of open modules ended, as far as that is not noted yet, by module build.</summary>
    public async Task<Dictionary<Guid, TaskEnd>> EndsAsync(IReadOnlyList<ModuleRow> modules, CancellationToken ct)
    {
        var ends = new Dictionary<Guid, TaskEnd>();
        foreach (var module in modules.Where(m => m.ModuleState is ModuleState.Queued or ModuleState.Running && m.TaskOutcome is null))
        {
            if (await NewestAsync(module.RunId, ct) is { End: { } end })
                ends[module.Id] = end;
        }

        return ends;
    }

    private static T Parse<T>(string text) where T : struct, Enum => Enum.Parse<T>(text, ignoreCase: true);
}
