using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Sources;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>A module whose turn it is.</summary>
internal abstract record ModuleStart
{
    private ModuleStart()
    {
    }

    /// <summary>What the scheduler shall run, on which source.</summary>
    internal sealed record Ready(RunOnce Run, SourceBundle Source) : ModuleStart;

    /// <summary>It has no source that could be built.</summary>
    internal sealed record Impossible(string Reason) : ModuleStart;
}

/// <summary>Writes everything that follows from the states of a build's modules. Called inside a transaction.</summary>
internal sealed class BuildProgress(BuildWriter writer, ModuleEnd ends, SchedulerCommands scheduler, Journal journal, TimeProvider time)
{
    /// <summary>The net under a lost job: a running build is looked at again after this long.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);
    private static readonly Actor Self = Actor.System("builds");

    /// <param name="buildId">The build.</param>
    /// <param name="known">How tasks ended, by module build.</param>
    /// <param name="ready">What may start, by name of the module.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task WriteAsync(
        Guid buildId, IReadOnlyDictionary<Guid, TaskEnd> known, IReadOnlyDictionary<string, ModuleStart> ready, CancellationToken ct)
    {
        if (await writer.LockAsync(buildId, ct) is not { Build.BuildState: BuildState.Running } locked)
            return;
        var entries = await ends.ApplyAsync(locked, known, ct);
        foreach (var module in locked.Modules)
        {
            if (ready.GetValueOrDefault(module.Name) is ModuleStart.Impossible { Reason: var reason }
                && await ends.LoseAsync(locked, module, reason, ct) is { } lost)
                entries.Add(lost);
        }

        if (known.Count > 0 || entries.Count > 0)
            locked = (await writer.LockAsync(buildId, ct))!;
        var now = time.GetUtcNow();
        var next = BuildMachine.Next([.. locked.Modules.Select(m => m.ToNode())]);
        foreach (var module in next.Start.Select(name => locked.Modules.First(m => m.Name == name)))
        {
            if (ready.GetValueOrDefault(module.Name) is not ModuleStart.Ready(var run, var source))
                continue;
            await writer.QueueAsync(module.Id, source.Digest.ToString(), source.Bytes, now, ct);
            await scheduler.RunOnceAsync(Caller.System("build-runner") with { Actor = run.Actor }, run, ct);
        }

        foreach (var module in next.Skip.Select(name => locked.Modules.First(m => m.Name == name)))
            entries.Add(await SkipAsync(locked, module, now, ct));
        if (next.End is { } end)
            entries.Add(await EndAsync(buildId, end, now, ct));
        else
        {
            // What a module that ended just now has made ready gets its bundle in the next turn.
            var more = next.Start.Any(name => !ready.ContainsKey(name));
            var grace = locked.Modules.Any(m => m.TaskOutcome is not null && !BuildMachine.IsOver(m.ModuleState));
            await writer.WakeAtAsync(buildId, more ? now : grace ? now + Verdict.ResultGrace : now + Heartbeat, ct);
        }

        await journal.AppendAsync(entries, ct);
    }

    private async Task<NewJournalEntry> SkipAsync(LockedBuild locked, ModuleRow module, DateTimeOffset now, CancellationToken ct)
    {
        var states = locked.Modules.ToDictionary(m => m.Name, m => m.ModuleState, StringComparer.Ordinal);
        var cause = module.DependsOn.FirstOrDefault(d => states[d] is ModuleState.Failed or ModuleState.Cancelled) ?? module.DependsOn[0];
        var verdict = new Verdict(Outcome.Cancelled, null, $"skipped: module '{cause}' did not succeed", null, null);
        await writer.EndModuleAsync(module.Id, ModuleState.Skipped, verdict, now, ct);
        return new NewJournalEntry(ModuleEnd.EventOf(module, verdict), Self, locked.Build.Subject);
    }

    private async Task<NewJournalEntry> EndAsync(Guid buildId, BuildState end, DateTimeOffset now, CancellationToken ct)
    {
        var locked = (await writer.LockAsync(buildId, ct))!;
        var first = locked.Modules
            .Where(m => m.ModuleState is ModuleState.Failed or ModuleState.Cancelled)
            .OrderBy(m => m.ModuleState == ModuleState.Failed ? 0 : 1).ThenBy(m => m.FinishedAt)
            .FirstOrDefault();
        var reason = first is null ? null : $"{first.Name}: {first.Reason}";
        var failure = end == BuildState.Failed ? Rows.Class(first?.FailureClass) ?? FailureClass.App : (FailureClass?)null;
        await writer.EndBuildAsync(buildId, end, failure, reason, now, ct);
        var outcome = end switch
        {
            BuildState.Succeeded => Outcome.Succeeded,
            BuildState.Cancelled => Outcome.Cancelled,
            BuildState.Failed or BuildState.Running or BuildState.Skipped => Outcome.Failed,
        };
        return new NewJournalEntry(ModuleEnd.EventOf(locked.Build, outcome, failure, reason), Self, locked.Build.Subject);
    }
}
