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
        var place = task.LogOf(index);
        var (bytes, tail) = EndOf(logs.PathOf(place), state);
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
        return recorded == ReportOutcome.Recorded ? Recorded(place) : recorded;
    }

    private static (long Bytes, string? Tail) EndOf(string path, StepState state) =>
        (StepLogs.SizeOf(path), state is StepState.Failed or StepState.TimedOut ? StepLogs.Tail(path) : null);

    private ReportOutcome Recorded(LogPlace place)
    {
        logs.RemoveBefore(place);
        signal.Raise(place);
        return ReportOutcome.Recorded;
    }

    /// <summary>Appends to the log of a step when <paramref name="offset"/> is where it ends. No row is locked meanwhile, however long
    /// the disk takes: each attempt writes files of its own, and those of an attempt that was overtaken go.</summary>
    public async Task<LogAppend> AppendLogAsync(
        RunnerTask task, int index, long offset, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var outcome = await runner.LookAsync(task.Id, task.Identity.TaskId, index, ct);
        if (outcome != ReportOutcome.Recorded)
            return new LogAppend(outcome, LogAppended.Nothing);
        var appended = await logs.AppendAsync(task.LogOf(index), offset, content, ct);
        outcome = await runner.LookAsync(task.Id, task.Identity.TaskId, index, ct);
        if (outcome != ReportOutcome.TakenOver)
            return new LogAppend(outcome, appended);
        logs.Remove(task.LogOf(index));
        return new LogAppend(outcome, LogAppended.Nothing);
    }

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
