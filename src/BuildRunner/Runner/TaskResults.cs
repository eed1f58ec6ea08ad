using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Jobs;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Runner;

/// <summary>Records how a task says that its module ended.</summary>
internal sealed class TaskResults(
    ResultArtifacts artifacts, BuildWriter builds, RunnerWriter runner, ModuleEnd moduleEnd, BuildAdvance advance, Journal journal)
{
    private static readonly (ReportOutcome Outcome, bool Ended) Noted = (ReportOutcome.Recorded, false);

    /// <summary>Notes the result and its artifacts; ends the module when its task has ended already. Only the first result
    /// counts.</summary>
    public async Task<ReportOutcome> RecordAsync(RunnerTask task, BuildResult sent, CancellationToken ct)
    {
        var (outcome, ended) = await Transactions.InTransactionAsync(token => SaveAsync(task, sent, token), ct);
        if (ended)
            await advance.RunAsync(task.Module.BuildId, new Dictionary<Guid, TaskEnd>(), ct);
        return outcome;
    }

    // The build's lock is the one under which an attempt takes the module over.
    private async Task<(ReportOutcome Outcome, bool Ended)> SaveAsync(RunnerTask task, BuildResult sent, CancellationToken ct)
    {
        var locked = await builds.LockAsync(task.Module.BuildId, ct);
        var module = locked!.Modules.First(m => m.Id == task.Module.Id);
        if (module.TaskId != task.Identity.TaskId)
            return (ReportOutcome.TakenOver, false);
        if (BuildMachine.IsOver(module.ModuleState))
            return Noted;
        var (result, made) = await artifacts.CheckAsync(task, sent, ct);
        if (!await runner.SaveResultAsync(task.Id, result, ct))
            return Noted;
        var entry = module.ToTaskEnd() is { } end ? await moduleEnd.SettleAsync(locked, module, result, end, ct) : null;
        await artifacts.RecordAsync(task, made, ct);
        if (entry is not null)
            await journal.AppendAsync([entry], ct);
        return (ReportOutcome.Recorded, entry is not null);
    }
}
