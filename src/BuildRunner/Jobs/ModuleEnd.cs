using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Ends a module once its result and its task are known. Called inside a transaction that holds the build's lock.</summary>
internal sealed class ModuleEnd(BuildWriter writer, RunnerWriter runner, TimeProvider time)
{
    /// <summary>Notes how tasks ended, and ends the modules whose result is known too, or will not arrive any more.</summary>
    public async Task<List<NewJournalEntry>> ApplyAsync(LockedBuild locked, IReadOnlyDictionary<Guid, TaskEnd> known, CancellationToken ct)
    {
        var entries = new List<NewJournalEntry>();
        foreach (var module in locked.Modules)
        {
            if (BuildMachine.IsOver(module.ModuleState) || (module.ToTaskEnd() ?? known.GetValueOrDefault(module.Id)) is not { } end)
                continue;
            await runner.SaveTaskEndAsync(module.Id, end, ct);
            if (await SettleAsync(locked, module, module.ToResult(), end, ct) is { } ended)
                entries.Add(ended);
        }

        return entries;
    }

    /// <summary>Ends the module when the result and the end of the task allow a verdict.</summary>
    /// <returns>The event of the end; null when it is not over yet, or was before.</returns>
    public async Task<NewJournalEntry?> SettleAsync(
        LockedBuild locked, ModuleRow module, RunnerResult? result, TaskEnd? task, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (Verdict.Of(result, task, now) is not { } verdict)
        {
            if (task is not null)
                await writer.WakeAtAsync(locked.Build.Id, task.At + Verdict.ResultGrace, ct);
            return null;
        }

        var happened = verdict.Outcome switch
        {
            Outcome.Succeeded => ModuleEvent.Succeeded,
            Outcome.Failed => ModuleEvent.Failed,
            Outcome.Cancelled => ModuleEvent.Cancelled,
        };
        if (BuildMachine.Apply(module.ModuleState, happened) is not { } state)
            return null;
        await writer.EndModuleAsync(module.Id, state, verdict, now, ct);
        return new NewJournalEntry(EventOf(module, verdict), Actor.System("builds"), locked.Build.Subject with { TaskId = module.TaskId });
    }

    /// <summary>Ends a module that has not started and never can: its commit is gone, or holds what cannot be packed.</summary>
    /// <returns>The event of the end; null when it was over, or started, before.</returns>
    public async Task<NewJournalEntry?> LoseAsync(LockedBuild locked, ModuleRow module, string reason, CancellationToken ct)
    {
        if (BuildMachine.Apply(module.ModuleState, ModuleEvent.SourceLost) is not { } state)
            return null;
        var verdict = new Verdict(Outcome.Failed, FailureClass.Config, reason, null, null);
        await writer.EndModuleAsync(module.Id, state, verdict, time.GetUtcNow(), ct);
        return new NewJournalEntry(EventOf(module, verdict), Actor.System("builds"), locked.Build.Subject);
    }

    /// <summary>The event that a module ended.</summary>
    public static ModuleBuildFinished EventOf(ModuleRow module, Verdict verdict) => new(
        new BuildId(module.BuildId), new ModuleBuildId(module.Id), module.Name, verdict.Outcome, verdict.Class, verdict.Reason);

    /// <summary>The event that a build ended.</summary>
    public static BuildFinished EventOf(BuildRow build, Outcome outcome, FailureClass? failure, string? reason) => new(
        new RepositoryId(build.RepositoryId), CommitSha.Parse(build.Sha), new BuildId(build.Id), build.Number, outcome, failure, reason);
}
