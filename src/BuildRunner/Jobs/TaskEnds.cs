using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Reads from the journal how the tasks of a build ended, and ends their modules.</summary>
internal sealed class TaskEnds(JournalReader reader, RunnerWriter runner, ModuleEnd moduleEnd)
{
    private const int Enough = 2000;

    /// <summary>The final end of each run that is not noted yet, by module build.</summary>
    public async Task<IReadOnlyDictionary<Guid, TaskEnd>> OfAsync(BuildRow build, IReadOnlyList<ModuleRow> modules, CancellationToken ct)
    {
        var open = modules.Where(m => m.ModuleState is ModuleState.Queued or ModuleState.Running && m.TaskOutcome is null)
            .ToDictionary(m => m.RunId, StringComparer.Ordinal);
        if (open.Count == 0)
            return new Dictionary<Guid, TaskEnd>();
        var ends = new Dictionary<Guid, TaskEnd>();
        foreach (var entry in await reader.AboutAsync(new JournalSubject { Build = new BuildId(build.Id) }, null, Enough, ct))
        {
            if (entry.Event is TaskFinished { Final: true } ended && open.TryGetValue(ended.DeployId, out var module))
                ends.TryAdd(module.Id, new TaskEnd(ended.Outcome, ended.Class, ended.Reason, entry.At));
        }

        return ends;
    }

    /// <summary>True when the newest attempt was lost and another one comes.</summary>
    public async Task<bool> IsLostAsync(BuildRow build, ModuleRow module, CancellationToken ct) =>
        (await reader.AboutAsync(new JournalSubject { Build = new BuildId(build.Id) }, null, 200, ct))
            .Select(e => e.Event).OfType<TaskFinished>().FirstOrDefault(e => e.DeployId == module.RunId) is { Final: false } lost
        && lost.TaskId == module.TaskId;

    /// <summary>Notes the ends, and ends the modules whose result is known too, or will not come any more.</summary>
    public async Task<List<NewJournalEntry>> ApplyAsync(LockedBuild locked, IReadOnlyDictionary<Guid, TaskEnd> known, CancellationToken ct)
    {
        var entries = new List<NewJournalEntry>();
        foreach (var module in locked.Modules)
        {
            if (BuildMachine.IsOver(module.ModuleState) || (module.ToTaskEnd() ?? known.GetValueOrDefault(module.Id)) is not { } end)
                continue;
            await runner.SaveTaskEndAsync(module.Id, end, ct);
            if (await moduleEnd.SettleAsync(locked, module, module.ToResult(), end, ct) is { } ended)
                entries.Add(ended);
        }

        return entries;
    }
}
