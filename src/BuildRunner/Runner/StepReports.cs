using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
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
    public async Task<ReportOutcome> RecordAsync(
        RunnerTask task, int index, StepState state, StepReport report, CancellationToken ct)
    {
        // Read before any row is locked: the task reports a step when the whole of its log has arrived.
        var path = logs.PathOf(task.Build, task.Module.Name, index);
        var (bytes, tail) = (StepLogs.SizeOf(path), state is StepState.Failed or StepState.TimedOut ? StepLogs.Tail(path) : null);
        var recorded = await Transactions.InTransactionAsync(
            async token =>
            {
                var outcome = await runner.HoldAsync(task.Id, task.Identity.TaskId, index, token);
                if (outcome != ReportOutcome.Recorded)
                    return outcome;
                var known = (await runner.LockStepAsync(task.Id, index, token))!.ToView();
                if (known.State == state || (known.State != StepState.Running && known.State != StepState.Waiting))
                    return outcome;
                await runner.SaveStepAsync(
                    task.Id,
                    known with
                    {
                        State = state,
                        StartedAt = report.StartedAt,
                        FinishedAt = state == StepState.Running ? null : report.FinishedAt ?? time.GetUtcNow(),
                        ExitCode = report.ExitCode,
                        LogBytes = bytes,
                        Tail = tail,
                    },
                    token);
                JournalEvent happened = state == StepState.Running
                    ? new StepStarted(task.Build, task.Id, task.Module.Name, known.Name)
                    : new StepFinished(
                        task.Build, task.Id, task.Module.Name, known.Name, report.ExitCode ?? (state == StepState.Succeeded ? 0 : -1));
                await journal.AppendAsync(
                    happened, Actor.System("runner"), task.Identity.Subject with { TaskId = task.Identity.TaskId }, token);
                return outcome;
            },
            ct);
        if (recorded == ReportOutcome.Recorded)
            signal.Raise(path);
        return recorded;
    }

    /// <summary>Appends to the log of a step when <paramref name="offset"/> is where it ends.</summary>
    public Task<LogAppend> AppendLogAsync(
        RunnerTask task, int index, long offset, ReadOnlyMemory<byte> content, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            var outcome = await runner.HoldAsync(task.Id, task.Identity.TaskId, index, token);
            if (outcome != ReportOutcome.Recorded)
                return new LogAppend(outcome, new LogAppended(false, false, 0));
            return new LogAppend(
                outcome, await logs.AppendAsync(logs.PathOf(task.Build, task.Module.Name, index), offset, content, token));
        },
        ct);

    /// <returns>Null when the word is none of the contract's.</returns>
    public static StepState? ParseState(string? text) => text switch
    {
        "running" => StepState.Running,
        "succeeded" => StepState.Succeeded,
        "failed" => StepState.Failed,
        "timed-out" => StepState.TimedOut,
        _ => null,
    };
}

/// <param name="Outcome">Whether the task may write this log.</param>
/// <param name="Log">Where the runner goes on.</param>
internal sealed record LogAppend(ReportOutcome Outcome, LogAppended Log);
