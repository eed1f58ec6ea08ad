using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Logs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Runner;

/// <summary>Records what a task reports about its steps: how they are doing, and their logs.</summary>
internal sealed class StepReports(RunnerWriter runner, StepLogs logs, LogSignal signal, Journal journal, TimeProvider time)
{
    /// <summary>Records the state of a step; the same again, or one that comes too late, changes nothing.</summary>
    /// <returns>False when the module has no such step or the report says nothing known.</returns>
    public async Task<bool> RecordAsync(RunnerTask task, int index, StepReport report, CancellationToken ct) 
    {
        var recorded = await Transactions.InTransactionAsync(
            async token =>
            {
                if (ParseState(report.State) is not { } state || await runner.LockStepAsync(task.Id, index, token) is not { } row)
                    return false;
                var known = row.ToView();
                if (known.State == state || (known.State != StepState.Running && known.State != StepState.Waiting))
                    return true;
                var path = logs.PathOf(task.Build, task.Module.Name, index);
                await runner.SaveStepAsync(
                    task.Id,
                    known with
                    {
                        State = state,
                        StartedAt = report.StartedAt,
                        FinishedAt = state == StepState.Running ? null : report.FinishedAt ?? time.GetUtcNow(),
                        ExitCode = report.ExitCode,
                        LogBytes = StepLogs.SizeOf(path),
                        Tail = state is StepState.Failed or StepState.TimedOut ? StepLogs.Tail(path) : null,
                    },
                    token);
                JournalEvent happened = state == StepState.Running
                    ? new StepStarted(task.Build, task.Id, task.Module.Name, row.Name)
                    : new StepFinished(
                        task.Build, task.Id, task.Module.Name, row.Name, report.ExitCode ?? (state == StepState.Succeeded ? 0 : -1));
                await journal.AppendAsync(
                    happened, Actor.System("runner"), task.Identity.Subject with { TaskId = task.Identity.TaskId }, token);
                return true;
            },
            ct);
        if (recorded)
            signal.Raise(logs.PathOf(task.Build, task.Module.Name, index));
        return recorded;
    }

    /// <summary>Appends to the log of a step when <paramref name="offset"/> is where it ends.</summary>
    public Task<(bool Appended, long Size)> AppendLogAsync(
        RunnerTask task, int index, long offset, Stream content, CancellationToken ct) =>
        logs.AppendAsync(logs.PathOf(task.Build, task.Module.Name, index), offset, content, ct);

    private static StepState? ParseState(string text) => text switch
    {
        "running" => StepState.Running,
        "succeeded" => StepState.Succeeded,
        "failed" => StepState.Failed,
        "timed-out" => StepState.TimedOut,
        _ => null,
    };
}
