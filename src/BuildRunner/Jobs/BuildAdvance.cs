using System.Text.Json;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Moves a build on: bundles are made before the lock is taken, then everything that follows is written at once.</summary>
internal sealed class BuildAdvance(
    BuildDoors doors, BuildWriter writer, SourceBundles bundles, TaskEnds ends, GitDoors git, Journal journal)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);
    private static readonly Actor Self = Actor.System("builds");

    public async Task RunAsync(Guid buildId, CancellationToken ct)
    {
        if (await doors.Builds.RowAsync(new BuildId(buildId), ct) is not { BuildState: BuildState.Running } build
            || build.ToDefinition() is not { } definition)
            return;
        var modules = await doors.Builds.ModulesAsync(new BuildId(buildId), ct);
        var known = await ends.OfAsync(build, modules, ct);
        var ready = new Dictionary<string, RunOnce>(StringComparer.Ordinal);
        var sources = new Dictionary<string, SourceBundle>(StringComparer.Ordinal);
        foreach (var name in BuildMachine.Next([.. modules.Select(m => m.ToNode())]).Start)
        {
            sources[name] = await bundles.MakeAsync(
                new RepositoryId(build.RepositoryId), CommitSha.Parse(build.Sha), SourceBundles.PathsOf(definition, name), ct);
            ready[name] = await RunOfAsync(
                build, definition.Modules.First(m => m.Name == name), modules.First(m => m.Name == name), sources[name], ct);
        }

        await Transactions.InTransactionAsync(token => WriteAsync(buildId, known, ready, sources, token), ct);
    }

    private async Task WriteAsync(
        Guid buildId, IReadOnlyDictionary<Guid, TaskEnd> known, Dictionary<string, RunOnce> ready,
        Dictionary<string, SourceBundle> sources, CancellationToken ct)
    {
        if (await writer.LockAsync(buildId, ct) is not { Build.BuildState: BuildState.Running } locked)
            return;
        var entries = await ends.ApplyAsync(locked, known, ct);
        if (known.Count > 0 || entries.Count > 0)
            locked = (await writer.LockAsync(buildId, ct))!;
        var now = doors.Time.GetUtcNow();
        var next = BuildMachine.Next([.. locked.Modules.Select(m => m.ToNode())]);
        foreach (var name in next.Start.Where(ready.ContainsKey))
        {
            await writer.QueueAsync(
                locked.Modules.First(m => m.Name == name).Id, sources[name].Digest.ToString(), sources[name].Bytes, now, ct);
            await doors.Scheduler.RunOnceAsync(Caller.System("build-runner") with { Actor = ready[name].Actor }, ready[name], ct);
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

    private async Task<RunOnce> RunOfAsync(
        BuildRow build, ModuleDefinition module, ModuleRow row, SourceBundle source, CancellationToken ct)
    {
        var repository = await git.Repositories.GetAsync(new RepositoryId(build.RepositoryId), ct);
        var commit = await git.Commits.GetAsync(new RepositoryId(build.RepositoryId), CommitSha.Parse(build.Sha), ct);
        Invariant.Require(repository is not null && commit is not null);
        var spec = new BuildSpec(
            module.Path,
            source.Digest.ToString(),
            [.. module.Steps.Select(s => new StepSpec(
                s.Name, s.Run, Math.Min(s.TimeoutSeconds, module.TimeoutSeconds),
                new Dictionary<string, string>(s.Env, StringComparer.Ordinal) { ["PIPELINE_STEP"] = s.Name }))],
            [.. module.Artifacts.Select(a => new ArtifactSpec(a.Name, a.Path))],
            BuildEnvironment.Of(repository, commit, build.ToSummary(), module, doors.Options.PublicUrl),
            []);
        return new RunOnce(
            doors.Options.Cluster,
            row.RunId,
            RunIds.RequestOf(repository.Owner, repository.Name, module.Name),
            new ResourceNeed(module.Resources.Cpus, module.Resources.MemoryMb, module.Resources.DiskMb, module.Resources.Ports),
            TimeSpan.FromSeconds(module.TimeoutSeconds + 60),
            JsonSerializer.Serialize<RunnerSpec>(spec, StoredJson.Options),
            module.Image,
            doors.Options.InfraRetries,
            build.Subject,
            Self);
    }
}

/// <summary>What a spec is made of.</summary>
internal sealed record GitDoors(RepositoryStore Repositories, CommitStore Commits);
