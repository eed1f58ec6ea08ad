using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Http;

/// <summary><c>/api/v1/deliveries</c> and <c>/api/v1/repositories</c>.</summary>
internal static class ApiEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var deliveries = routes.MapGroup("/api/v1/deliveries").WithTags("deliveries").RequireAuthorization(Permission.View);
        deliveries.MapGet("", ListDeliveries).WithName("delivery-list");
        deliveries.MapGet("/{id:guid}", GetDelivery).WithName("delivery-show");
        deliveries.MapPost("/{id:guid}/retry", RetryDelivery).WithName("delivery-retry").RequireAuthorization(Permission.Build);

        var repositories = routes.MapGroup("/api/v1/repositories").WithTags("repositories").RequireAuthorization(Permission.View);
        repositories.MapGet("", ListRepositories).WithName("repository-list");
        repositories.MapPost("", AddRepository).WithName("repository-add").RequireAuthorization(Permission.Administer);
        repositories.MapPut("", AddRepository).WithName("repository-put").RequireAuthorization(Permission.Administer);
        repositories.MapGet("/{id:guid}", GetRepository).WithName("repository-show");
        repositories.MapGet("/{id:guid}/branches", ListBranches).WithName("branch-list");
        repositories.MapGet("/{id:guid}/commits", ListCommits).WithName("commit-list");
        repositories.MapGet("/{id:guid}/commits/{sha}", GetCommit).WithName("commit-show");
        repositories.MapGet("/{id:guid}/commits/{sha}/statuses", ListStatuses).WithName("status-list");
    }

    private static async Task<Results<Ok<Page<Delivery>>, ProblemHttpResult>> ListDeliveries(
        Guid? repository, string? cursor, int? limit, DeliveryQueries store, CancellationToken ct) =>
        PageQuery.Read(cursor, limit, out var page) is { } problem
            ? problem
            : TypedResults.Ok(await store.ListAsync(repository is { } id ? new RepositoryId(id) : null, page.After, page.Limit, ct));

    private static async Task<Results<Ok<DeliveryDetail>, NotFound>> GetDelivery(
        Guid id, HttpContext http, DeliveryQueries store, CancellationToken ct) =>
        await store.GetAsync(Caller.Of(http.User), id, ct) is { } delivery ? TypedResults.Ok(delivery) : TypedResults.NotFound();

    private static async Task<Results<Accepted, NotFound, ProblemHttpResult>> RetryDelivery(
        Guid id, HttpContext http, DeliveryCommands commands, CancellationToken ct) =>
        await commands.RetryAsync(Caller.Of(http.User), id, ct) switch
        {
            RetryDeliveryOutcome.Started => TypedResults.Accepted($"/api/v1/deliveries/{id}"),
            RetryDeliveryOutcome.Unknown => TypedResults.NotFound(),
            RetryDeliveryOutcome.AlreadyOver => TypedResults.Problem(
                statusCode: 409, type: "already-over", title: "The delivery was processed, or needs no job."),
        };

    private static async Task<Results<Ok<Page<Repository>>, ProblemHttpResult>> ListRepositories(
        string? name, string? cursor, int? limit, RepositoryQueries store, CancellationToken ct)
    {
        if (PageQuery.Read(cursor, limit, out var page) is { } problem)
            return problem;
        if (name is null)
            return TypedResults.Ok(await store.ListAsync(page.After, page.Limit, ct));
        if (HasNul(name) || name.Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } repository])
            return Invalid("name", "must be owner/repository.");
        return TypedResults.Ok(new Page<Repository>(await store.FindByNameAsync(owner, repository, ct) is { } found ? [found] : [], null));
    }

    private static async Task<Results<Created<Repository>, Ok<Repository>, ProblemHttpResult>> AddRepository(
        AddRepository request, RepositoryCommands commands, HttpContext http, CancellationToken ct) =>
        await commands.AddAsync(Caller.Of(http.User), request, ct) switch
        {
            AddRepositoryOutcome.Added { IsNew: true } added =>
                TypedResults.Created($"/api/v1/repositories/{added.Repository.Id}", added.Repository),
            AddRepositoryOutcome.Added known => TypedResults.Ok(known.Repository),
            AddRepositoryOutcome.Invalid invalid => Invalid(invalid.Field, invalid.Message),
            _ => throw new InvariantViolatedException("Unknown outcome of adding a repository."),
        };

    private static async Task<Results<Ok<Repository>, NotFound>> GetRepository(Guid id, RepositoryQueries store, CancellationToken ct) =>
        await store.GetAsync(new RepositoryId(id), ct) is { } repository ? TypedResults.Ok(repository) : TypedResults.NotFound();

    private static async Task<Results<Ok<Page<Branch>>, NotFound>> ListBranches(Guid id, RepositoryQueries store, CancellationToken ct) =>
        await store.GetAsync(new RepositoryId(id), ct) is { } repository
            ? TypedResults.Ok(new Page<Branch>(await store.BranchesAsync(repository.Id, ct), null))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Page<Commit>>, NotFound, ProblemHttpResult>> ListCommits(
        Guid id, string? branch, string? cursor, int? limit, RepositoryQueries repositories, CommitQueries store, CancellationToken ct)
    {
        if (PageQuery.Read(cursor, limit, out var page) is { } problem)
            return problem;
        if (HasNul(branch))
            return Invalid("branch", "must name a branch.");
        return await repositories.GetAsync(new RepositoryId(id), ct) is { } repository
            ? TypedResults.Ok(await store.ListAsync(repository.Id, branch, page.After, page.Limit, ct))
            : TypedResults.NotFound();
    }

    private static async Task<Results<Ok<Commit>, NotFound, ProblemHttpResult>> GetCommit(
        Guid id, string sha, CommitQueries store, CancellationToken ct)
    {
        if (!CommitSha.TryParse(sha, out var commit))
            return Invalid("sha", "must be 40 hex digits.");
        return await store.GetAsync(new RepositoryId(id), commit, ct) is { } found ? TypedResults.Ok(found) : TypedResults.NotFound();
    }

    private static async Task<Results<Ok<Page<CommitStatus>>, ProblemHttpResult>> ListStatuses(
        Guid id, string sha, StatusQueries store, CancellationToken ct)
    {
        if (!CommitSha.TryParse(sha, out var commit))
            return Invalid("sha", "must be 40 hex digits.");
        return TypedResults.Ok(new Page<CommitStatus>(await store.ListAsync(new RepositoryId(id), commit, ct), null));
    }

    // PostgreSQL text holds none: asked for, it is the caller's mistake and not the server's.
    private static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;

    private static ProblemHttpResult Invalid(string field, string message) => PageQuery.Invalid(field, message);
}
