using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Http;

/// <summary><c>/api/v1/deliveries</c> and <c>/api/v1/repositories</c>.</summary>
internal static class ApiEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var deliveries = routes.MapGroup("/api/v1/deliveries").WithTags("deliveries").RequireAuthorization(Permission.View);
        deliveries.MapGet("", ListDeliveries).WithName("delivery-list");
        deliveries.MapGet("/{id:guid}", GetDelivery).WithName("delivery-show");

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
        Guid? repository, string? cursor, int? limit, DeliveryStore store, CancellationToken ct) =>
        PageQuery.Read(cursor, limit, out var page) is { } problem
            ? problem
            : TypedResults.Ok(await store.ListAsync(repository is { } id ? new RepositoryId(id) : null, page.After, page.Limit, ct));

    private static async Task<Results<Ok<DeliveryDetail>, NotFound>> GetDelivery(Guid id, DeliveryStore store, CancellationToken ct) =>
        await store.GetAsync(id, ct) is { } delivery ? TypedResults.Ok(delivery) : TypedResults.NotFound();

    private static async Task<Results<Ok<Page<Repository>>, ProblemHttpResult>> ListRepositories(
        string? name, string? cursor, int? limit, RepositoryStore store, CancellationToken ct)
    {
        if (PageQuery.Read(cursor, limit, out var page) is { } problem)
            return problem;
        if (name is null)
            return TypedResults.Ok(await store.ListAsync(page.After, page.Limit, ct));
        if (name.Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } repository])
            return Invalid("name", "must be owner/repository.");
        return TypedResults.Ok(new Page<Repository>(await store.FindByNameAsync(owner, repository, ct) is { } found ? [found] : [], null));
    }

    private static async Task<Results<Created<Repository>, Ok<Repository>, ProblemHttpResult>> AddRepository(
        AddRepository request, RepositoryCommands commands, HttpContext http, CancellationToken ct) =>
        await commands.AddAsync(request, Actor.Of(http.User), ct) switch
        {
            AddRepositoryOutcome.Added { IsNew: true } added =>
                TypedResults.Created($"/api/v1/repositories/{added.Repository.Id}", added.Repository),
            AddRepositoryOutcome.Added known => TypedResults.Ok(known.Repository),
            AddRepositoryOutcome.Invalid invalid => Invalid(invalid.Field, invalid.Message),
            _ => throw new InvariantViolatedException("Unknown outcome of adding a repository."),
        };

    private static async Task<Results<Ok<Repository>, NotFound>> GetRepository(Guid id, RepositoryStore store, CancellationToken ct) =>
        await store.GetAsync(new RepositoryId(id), ct) is { } repository ? TypedResults.Ok(repository) : TypedResults.NotFound();

    private static async Task<Results<Ok<Page<Branch>>, NotFound>> ListBranches(Guid id, RepositoryStore store, CancellationToken ct) =>
        await store.GetAsync(new RepositoryId(id), ct) is { } repository
            ? TypedResults.Ok(new Page<Branch>(await store.BranchesAsync(repository.Id, ct), null))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Page<Commit>>, NotFound, ProblemHttpResult>> ListCommits(
        Guid id, string? branch, string? cursor, int? limit, RepositoryStore repositories, CommitStore store, CancellationToken ct)
    {
        if (PageQuery.Read(cursor, limit, out var page) is { } problem)
            return problem;
        return await repositories.GetAsync(new RepositoryId(id), ct) is { } repository
            ? TypedResults.Ok(await store.ListAsync(repository.Id, branch, page.After, page.Limit, ct))
            : TypedResults.NotFound();
    }

    private static async Task<Results<Ok<Commit>, NotFound, ProblemHttpResult>> GetCommit(
        Guid id, string sha, CommitStore store, CancellationToken ct)
    {
        if (!CommitSha.TryParse(sha, out var commit))
            return Invalid("sha", "must be 40 hex digits.");
        return await store.GetAsync(new RepositoryId(id), commit, ct) is { } found ? TypedResults.Ok(found) : TypedResults.NotFound();
    }

    private static async Task<Results<Ok<Page<CommitStatus>>, ProblemHttpResult>> ListStatuses(
        Guid id, string sha, StatusStore store, CancellationToken ct)
    {
        if (!CommitSha.TryParse(sha, out var commit))
            return Invalid("sha", "must be 40 hex digits.");
        return TypedResults.Ok(new Page<CommitStatus>(await store.ListAsync(new RepositoryId(id), commit, ct), null));
    }

    private static ProblemHttpResult Invalid(string field, string message) => PageQuery.Invalid(field, message);
}

/// <summary>The two parameters that every list takes.</summary>
internal sealed record PageQuery(Cursor? After, int Limit)
{
    public static ProblemHttpResult? Read(string? cursor, int? limit, out PageQuery page)
    {
        page = new PageQuery(Cursor.TryParse(cursor), limit ?? 30);
        if (!string.IsNullOrEmpty(cursor) && page.After is null)
            return Invalid("cursor", "must be the next of an earlier page.");
        return page.Limit is < 1 or > 200 ? Invalid("limit", "must be between 1 and 200.") : null;
    }

    public static ProblemHttpResult Invalid(string field, string message) => TypedResults.Problem(
        statusCode: 400,
        type: "invalid-request",
        title: $"{field} {message}",
        extensions: new Dictionary<string, object?> { ["errors"] = new[] { new { pointer = $"/{field}", detail = message } } });
}
