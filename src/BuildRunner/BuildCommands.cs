using System.Text;
using Hangfire;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.BuildRunner.Jobs;
using Pipeline.GitWebhooks;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Contract;

namespace Pipeline.BuildRunner;

public abstract record StartBuildOutcome
{
    private StartBuildOutcome()
    {
    }

    public sealed record Started(BuildId Build) : StartBuildOutcome;

    /// <summary>No such repository, or the commit is not on its remote.</summary>
    public sealed record UnknownCommit : StartBuildOutcome;
}

public enum CancelBuildOutcome
{
    Cancelled,
    UnknownBuild,
    AlreadyOver,
}

/// <summary>The public door that writes builds.</summary>
public sealed class BuildCommands
{
    private readonly CommitCommands commits;
    private readonly Mirror mirror;
    private readonly BuildWriter writer;
    private readonly Journal journal;
    private readonly IBackgroundJobClient jobs;
    private readonly BuildDoors doors;

    internal BuildCommands(
        CommitCommands commits, Mirror mirror, BuildWriter writer, Journal journal, IBackgroundJobClient jobs, BuildDoors doors)
    {
        (this.commits, this.mirror, this.writer, this.journal, this.jobs, this.doors) = (commits, mirror, writer, journal, jobs, doors);
    }

    /// <summary>Plans the one build that a push of the commit gets; the same commit again changes nothing.</summary>
    /// <exception cref="InvalidOperationException">The commit cannot be fetched: tried again by the caller.</exception>
    public async Task<BuildId> PlanPushAsync(RepositoryId repository, CommitSha sha, string branch, CancellationToken ct) =>
        await PlanAsync(new Wanted(repository, sha, branch, BuildTrigger.Push, null, Actor.System("push")), ct)
            is StartBuildOutcome.Started started
            ? started.Build
            : throw new InvalidOperationException($"Commit {sha} of repository {repository} is not on its remote.");

    /// <summary>A build by hand, at any commit of the repository. Always a new one.</summary>
    public Task<StartBuildOutcome> StartAsync(RepositoryId repository, CommitSha sha, string? branch, Actor actor, CancellationToken ct) =>
        PlanAsync(new Wanted(repository, sha, branch, BuildTrigger.Manual, null, actor), ct);

    /// <summary>The same commit once more, as a new build with its own number.</summary>
    /// <returns>Null when there is no such build.</returns>
    public async Task<StartBuildOutcome?> RetryAsync(BuildId build, Actor actor, CancellationToken ct) =>
        await doors.Builds.RowAsync(build, ct) is { } old
            ? await PlanAsync(
                new Wanted(new RepositoryId(old.RepositoryId), CommitSha.Parse(old.Sha), old.Branch, BuildTrigger.Retry, build, actor),
                ct)
            : null;

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
                    if (BuildMachine.Apply(module.ModuleState, ModuleEvent.CancelAsked) is not { } state)
                        continue;
                    var verdict = new Verdict(Outcome.Cancelled, null, reason, null, null);
                    await writer.EndModuleAsync(module.Id, state, verdict, doors.Time.GetUtcNow(), token);
                    if (module.ModuleState != ModuleState.Waiting)
                        await doors.Scheduler.CancelRunAsync(
                            Caller.System("build-runner") with { Actor = actor }, doors.Options.Cluster, module.RunId, reason, token);
                    entries.Add(new NewJournalEntry(ModuleEnd.EventOf(module, verdict), actor, locked.Build.Subject));
                }

                await writer.EndBuildAsync(build.Value, BuildState.Cancelled, null, reason, doors.Time.GetUtcNow(), token);
                entries.Add(new NewJournalEntry(
                    ModuleEnd.EventOf(locked.Build, Outcome.Cancelled, null, reason), actor, locked.Build.Subject));
                await journal.AppendAsync(entries, token);
                return CancelBuildOutcome.Cancelled;
            },
            ct);

    private async Task<StartBuildOutcome> PlanAsync(Wanted wanted, CancellationToken ct)
    {
        if (await commits.EnsureAsync(wanted.Repository, wanted.Sha, ct) is not { } commit)
            return new StartBuildOutcome.UnknownCommit();
        var skipped = wanted.Trigger == BuildTrigger.Push && SkipWords.In(commit.Subject);
        var (file, read) = skipped ? (null, new DefinitionResult(null, [])) : Read(wanted.Repository, wanted.Sha);
        return await Transactions.InTransactionAsync(token => InsertAsync(wanted, skipped, file, read, token), ct);
    }

    private (string? File, DefinitionResult Result) Read(RepositoryId repository, CommitSha sha)
    {
        foreach (var file in DefinitionParser.FileNames)
        {
            if (mirror.ReadFile(repository, sha, file) is { } bytes)
                return (
                    file,
                    DefinitionParser.Parse(
                        file, Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'),
                        path => mirror.TreeId(repository, sha, path) is not null));
            if (mirror.TreeId(repository, sha, file) is not null)
                return (
                    file,
                    new DefinitionResult(
                        null,
                        [new DefinitionProblem(file, 1, 1, "This is no file, or one that is too large to be a definition.", null)]));
        }

        return (null, new DefinitionResult(null, [DefinitionParser.Missing()]));
    }

    private async Task<StartBuildOutcome> InsertAsync(
        Wanted wanted, bool skipped, string? file, DefinitionResult read, CancellationToken ct)
    {
        var existing = await writer.LockAndFindPushAsync(wanted.Repository, wanted.Sha, ct);
        if (wanted.Trigger == BuildTrigger.Push && existing is { } known)
            return new StartBuildOutcome.Started(new BuildId(known));
        var now = doors.Time.GetUtcNow();
        var state = skipped ? BuildState.Skipped : read.Definition is null ? BuildState.Failed : BuildState.Running;
        var reason = skipped ? SkipWords.Reason : read.Definition is null ? Summary(read.Problems) : null;
        var build = new NewBuild(
            BuildId.New(now), wanted.Repository, wanted.Sha, wanted.Branch, wanted.Trigger, wanted.Actor.ToString(), wanted.RetryOf,
            state, reason, file, read.Definition, read.Problems, now);
        var number = await writer.InsertAsync(build, ct);
        if (state == BuildState.Running)
            jobs.Enqueue<AdvanceBuildJob>(j => j.ExecuteAsync(build.Id.Value, CancellationToken.None));
        JournalEvent happened = state switch
        {
            BuildState.Failed => new DefinitionRejected(wanted.Repository, wanted.Sha, build.Id, number, read.Problems),
            BuildState.Skipped => new BuildFinished(
                wanted.Repository, wanted.Sha, build.Id, number, Outcome.Succeeded, null, SkipWords.Reason),
            _ => new BuildPlanned(wanted.Repository, wanted.Sha, build.Id, number, [.. read.Definition!.Modules.Select(m => m.Name)]),
        };
        await journal.AppendAsync(
            happened, wanted.Actor, new JournalSubject { Repository = wanted.Repository, Commit = wanted.Sha, Build = build.Id }, ct);
        return new StartBuildOutcome.Started(build.Id);
    }

    private static string Summary(IReadOnlyList<DefinitionProblem> problems) =>
        problems.Count == 1 ? problems[0].ToString() : $"{problems.Count} problems in the definition; the first: {problems[0]}";

    private sealed record Wanted(
        RepositoryId Repository, CommitSha Sha, string? Branch, BuildTrigger Trigger, BuildId? RetryOf, Actor Actor);
}

/// <summary>What the commands reach besides their own rows.</summary>
internal sealed record BuildDoors(BuildStore Builds, SchedulerCommands Scheduler, BuildRunnerOptions Options, TimeProvider Time);
