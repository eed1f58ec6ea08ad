using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Ends a module once its result and its task are known. Called inside a transaction that holds the build's lock.</summary>
internal sealed class ModuleEnd(BuildWriter writer, TimeProvider time)
{
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
            Outcome.Succeeded => ModuleEvent.EndedWell,
            Outcome.Failed => ModuleEvent.EndedBadly,
            Outcome.Cancelled => ModuleEvent.EndedCancelled,
        };
        if (BuildMachine.Apply(module.ModuleState, happened) is not { } state)
            return null;
        await writer.EndModuleAsync(module.Id, state, verdict, now, ct);
        return new NewJournalEntry(EventOf(module, verdict), Actor.System("builds"), locked.Build.Subject with { TaskId = module.TaskId });
    }

    public static ModuleBuildFinished EventOf(ModuleRow module, Verdict verdict) => new(
        new BuildId(module.BuildId), new ModuleBuildId(module.Id), module.Name, verdict.Outcome, verdict.Class, verdict.Reason);

    public static BuildFinished EventOf(BuildRow build, Outcome outcome, FailureClass? failure, string? reason) => new(
        new RepositoryId(build.RepositoryId), CommitSha.Parse(build.Sha), new BuildId(build.Id), build.Number, outcome, failure, reason);
}
