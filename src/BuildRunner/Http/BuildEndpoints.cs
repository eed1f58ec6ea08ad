using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Commands;
using Pipeline.BuildRunner.Contract.Queries;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.BuildRunner.Http;

/// <summary><c>/api/v1/…/builds</c> and <c>/api/v1/definitions/lint</c>.</summary>
internal static class BuildEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("builds").RequireAuthorization(Permission.View);
        api.MapGet("/repositories/{repository:guid}/builds", ListBuilds).WithName("build-list");
        api.MapPost("/repositories/{repository:guid}/builds", StartBuild).WithName("build-start").RequireAuthorization(Permission.Build);
        api.MapGet("/builds/{id:guid}", GetBuild).WithName("build-show");
        api.MapGet("/builds/{id:guid}/definition", GetDefinition).WithName("build-definition");
        api.MapPost("/builds/{id:guid}/cancel", CancelBuild).WithName("build-cancel").RequireAuthorization(Permission.Build);
        api.MapPost("/builds/{id:guid}/retry", RetryBuild).WithName("build-retry").RequireAuthorization(Permission.Build);
        api.MapPost("/definitions/lint", Lint).WithName("definition-lint");
    }

    private static async Task<Results<Ok<Page<BuildSummary>>, ProblemHttpResult>> ListBuilds(
        Guid repository, string? sha, string? branch, int? number, string? cursor, int? limit, BuildQueries builds,
        RepositoryQueries repositories, CancellationToken ct)
    {
        if (limit is < 1 or > 200)
            return Problems.Invalid("limit", "must be between 1 and 200.");
        if (number is not null && (sha ?? branch ?? cursor) is not null)
            return Problems.Invalid("number", "names one build: give no other filter with it.");
        if (Problems.Unstorable("branch", branch) is { } unstorable)
            return unstorable;
        var after = Cursor.TryParse(cursor);
        if (!string.IsNullOrEmpty(cursor) && after is null)
            return Problems.Invalid("cursor", "must be the next of an earlier page.");
        CommitSha? commit = null;
        if (sha is not null)
        {
            if (!CommitSha.TryParse(sha, out var parsed))
                return Problems.Invalid("sha", "must be 40 hex digits.");
            commit = parsed;
        }

        var of = new RepositoryId(repository);
        if (await repositories.GetAsync(of, ct) is null)
            return Problems.NoRepository(repository);
        return TypedResults.Ok(number is { } only
            ? new Page<BuildSummary>(await builds.FindAsync(of, only, ct) is { } build ? [build] : [], null)
            : await builds.ListAsync(of, commit, branch, after, limit ?? 30, ct));
    }

    private static async Task<Results<Accepted<BuildStarted>, ProblemHttpResult>> StartBuild(
        Guid repository, StartBuildRequest request, BuildCommands commands, BuildQueries builds, RepositoryQueries repositories,
        HttpContext http, CancellationToken ct)
    {
        if (await repositories.GetAsync(new RepositoryId(repository), ct) is not { } known)
            return Problems.NoRepository(repository);
        if (Problems.Unstorable("branch", request.Branch) is { } unstorable)
            return unstorable;
        var branch = request.Branch ?? (request.Sha is null ? known.DefaultBranch : null);
        CommitSha sha;
        if (request.Sha is null)
        {
            if ((await repositories.BranchesAsync(known.Id, ct)).FirstOrDefault(b => b.Name == branch)?.Head is not { } head)
                return Problems.Invalid("branch", $"'{branch}' is no branch that was pushed to {known.FullName}.");
            sha = head;
        }
        else if (!CommitSha.TryParse(request.Sha, out sha))
            return Problems.Invalid("sha", "must be 40 hex digits.");

        return await AnswerAsync(await commands.StartAsync(Caller.Of(http.User), known.Id, sha, branch, ct), builds, ct);
    }

    private static async Task<Results<Ok<BuildDetail>, ProblemHttpResult>> GetBuild(Guid id, BuildQueries builds, CancellationToken ct) =>
        await builds.DetailAsync(new BuildId(id), ct) is { } build ? TypedResults.Ok(build) : Problems.NoBuild(id);

    private static async Task<Results<Ok<PipelineDefinition>, ProblemHttpResult>> GetDefinition(
        Guid id, BuildStore store, CancellationToken ct)
    {
        if (await store.GetAsync(new BuildId(id), ct) is not { } build)
            return Problems.NoBuild(id);
        return await store.DefinitionAsync(new BuildId(id), ct) is { } definition
            ? TypedResults.Ok(definition)
            : Problems.NotFound($"Build {id} has no definition: {build.Reason}.", $"GET /api/v1/builds/{id} shows its problems.");
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> CancelBuild(
        Guid id, CancelBuildRequest? request, BuildCommands commands, HttpContext http, CancellationToken ct)
    {
        if (Problems.Unstorable("message", request?.Message) is { } problem)
            return problem;
        return await commands.CancelAsync(Caller.Of(http.User), new BuildId(id), request?.Message, ct) switch
        {
            CancelBuildOutcome.Cancelled => TypedResults.Accepted($"/api/v1/builds/{id}"),
            CancelBuildOutcome.UnknownBuild => Problems.NoBuild(id),
            CancelBuildOutcome.AlreadyOver => TypedResults.Problem(
                statusCode: 409, type: "build-over", title: "The build has ended already.",
                detail: "Only a running build can be cancelled."),
        };
    }

    private static async Task<Results<Accepted<BuildStarted>, ProblemHttpResult>> RetryBuild(
        Guid id, BuildCommands commands, BuildQueries builds, HttpContext http, CancellationToken ct)
    {
        var outcome = await commands.RetryAsync(Caller.Of(http.User), new BuildId(id), ct);
        return outcome is StartBuildOutcome.UnknownBuild ? Problems.NoBuild(id) : await AnswerAsync(outcome, builds, ct);
    }

    private static async Task<Results<Accepted<BuildStarted>, ProblemHttpResult>> AnswerAsync(
        StartBuildOutcome outcome, BuildQueries builds, CancellationToken ct)
    {
        if (outcome is not StartBuildOutcome.Started started)
        {
            return TypedResults.Problem(
                statusCode: 422, type: "commit-unknown", title: "The commit is not on the repository's remote.",
                detail: "Push it first, or name another one.");
        }

        var build = (await builds.GetAsync(started.Build, ct))!;
        return TypedResults.Accepted($"/api/v1/builds/{build.Id}", new BuildStarted(build.Id, build.Number));
    }

    private static Results<Ok<LintAnswer>, ProblemHttpResult> Lint(LintRequest request, [FromServices] StageNames? stages = null)
    {
        if (request.Content is null)
            return Problems.Invalid("content", "must be the text of a definition.");
        var result = DefinitionParser.Parse(
            request.File is { Length: > 0 and <= 200 } file ? file : DefinitionParser.FileNames[0], request.Content,
            stages: stages?.Current);
        return TypedResults.Ok(new LintAnswer(result.Definition is not null, result.Problems, result.Definition));
    }
}
