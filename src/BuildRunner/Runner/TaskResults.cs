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
    /// <summary>Notes the result; ends the module when its task has ended already. The same again changes nothing.</summary>
    public async Task RecordAsync(RunnerTask task, BuildResult sent, CancellationToken ct)
    {
        var result = await artifacts.RecordAsync(task, sent, ct);
        var ended = await Transactions.InTransactionAsync(
            async token =>
            {
                var locked = await builds.LockAsync(task.Module.BuildId, token);
                var module = locked!.Modules.First(m => m.Id == task.Module.Id);
                if (BuildMachine.IsOver(module.ModuleState) || !await runner.SaveResultAsync(task.Id, result, token))
                    return false;
                if (module.ToTaskEnd() is not { } end || await moduleEnd.SettleAsync(locked, module, result, end, token) is not { } entry)
                    return false;
                await journal.AppendAsync([entry], token);
                return true;
            },
            ct);
        if (ended)
            await advance.RunAsync(task.Module.BuildId, new Dictionary<Guid, TaskEnd>(), ct);
    }
}
