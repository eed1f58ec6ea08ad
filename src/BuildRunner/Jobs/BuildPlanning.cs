using Hangfire;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.BuildRunner.Sources;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>A build that somebody or something wants.</summary>
internal sealed record BuildRequest(
    RepositoryId Repository, CommitSha Sha, string? Branch, BuildTrigger Trigger, BuildId? RetryOf, Actor Actor);

/// <summary>Reads the definition at the commit and writes the build with its modules, its event and its first job.</summary>
internal sealed class BuildPlanning(
    CommitCommands commits, CommitDefinitions definitions, BuildWriter writer, Journal journal, IBackgroundJobClient jobs,
    TimeProvider time)
{
    /// <summary>Plans the build. A push of a commit that was built for a push before gives that build.</summary>
    public async Task<StartBuildOutcome> PlanAsync(BuildRequest request, CancellationToken ct)
    {
        if (await commits.EnsureAsync(Caller.System("builds"), request.Repository, request.Sha, ct) is not { } commit)
            return new StartBuildOutcome.UnknownCommit();
        var skipped = request.Trigger == BuildTrigger.Push && SkipWords.In(commit.Subject);
        var (file, read) = skipped ? (null, new DefinitionResult(null, [])) : definitions.Read(request.Repository, request.Sha);
        return await Transactions.InTransactionAsync(token => InsertAsync(request, skipped, file, read, token), ct);
    }

    private async Task<StartBuildOutcome> InsertAsync(
        BuildRequest request, bool skipped, string? file, DefinitionResult read, CancellationToken ct)
    {
        var existing = await writer.LockAndFindPushAsync(request.Repository, request.Sha, ct);
        if (request.Trigger == BuildTrigger.Push && existing is { } known)
            return new StartBuildOutcome.Started(new BuildId(known));
        var now = time.GetUtcNow();
        var state = skipped ? BuildState.Skipped : read.Definition is null ? BuildState.Failed : BuildState.Running;
        var reason = skipped ? SkipWords.Reason : read.Definition is null ? Summary(read.Problems) : null;
        var build = new NewBuild(
            BuildId.New(now), request.Repository, request.Sha, request.Branch, request.Trigger, request.Actor.ToString(), request.RetryOf,
            state, reason, file, read.Definition, read.Problems, now);
        var number = await writer.InsertAsync(build, ct);
        if (state == BuildState.Running)
            jobs.Enqueue<AdvanceBuildJob>(j => j.ExecuteAsync(build.Id.Value, CancellationToken.None));
        JournalEvent happened = state switch
        {
            BuildState.Failed => new DefinitionRejected(request.Repository, request.Sha, build.Id, number, read.Problems),
            BuildState.Skipped => new BuildFinished(
                request.Repository, request.Sha, build.Id, number, Outcome.Succeeded, null, SkipWords.Reason),
            _ => new BuildPlanned(request.Repository, request.Sha, build.Id, number, [.. read.Definition!.Modules.Select(m => m.Name)]),
        };
        await journal.AppendAsync(
            happened, request.Actor, new JournalSubject { Repository = request.Repository, Commit = request.Sha, Build = build.Id }, ct);
        return new StartBuildOutcome.Started(build.Id);
    }

    private static string Summary(IReadOnlyList<DefinitionProblem> problems) =>
        problems.Count == 1 ? problems[0].ToString() : $"{problems.Count} problems in the definition; the first: {problems[0]}";
}
