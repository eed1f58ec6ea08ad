using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Contract;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Cancels builds.</summary>
internal sealed class BuildCancellation(
    BuildWriter writer, SchedulerCommands scheduler, Journal journal, BuildRunnerOptions options, TimeProvider time)
{
    /// <summary>Ends the build now: tasks that run are killed, modules that wait never start.</summary>
    public Task<CancelBuildOutcome> CancelAsync(BuildId build, string? message, Actor actor, CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                if (await writer.LockAsync(build.Value, token) is not { } locked)
                    return CancelBuildOutcome.UnknownBuild;
                if (locked.Build.BuildState != BuildState.Running)
                    return CancelBuildOutcome.AlreadyOver;
                var reason = string.IsNullOrWhiteSpace(message) ? $"cancelled by {actor.Name}" : $"cancelled by {actor.Name}: {message}";
                var entries = new List<NewJournalEntry>();
                foreach (var module in locked.Modules)
                {
                    if (BuildMachine.Apply(module.ModuleState, ModuleEvent.CancelRequested) is not { } state)
                        continue;
                    var verdict = new Verdict(Outcome.Cancelled, null, reason, null, null);
                    await writer.EndModuleAsync(module.Id, state, verdict, time.GetUtcNow(), token);
                    if (module.ModuleState != ModuleState.Waiting)
                        await scheduler.CancelRunAsync(options.Cluster, module.RunId, reason, actor, token);
                    entries.Add(new NewJournalEntry(ModuleEnd.EventOf(module, verdict), actor, locked.Build.Subject));
                }

                await writer.EndBuildAsync(build.Value, BuildState.Cancelled, null, reason, time.GetUtcNow(), token);
                entries.Add(new NewJournalEntry(
                    ModuleEnd.EventOf(locked.Build, Outcome.Cancelled, null, reason), actor, locked.Build.Subject));
                await journal.AppendAsync(entries, token);
                return CancelBuildOutcome.Cancelled;
            },
            ct);
}
