using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs.Failures;
using Pipeline.Kernel.Paging;
using Pipeline.Server.Api;

namespace Pipeline.Server.Failures;

/// <summary><c>/api/v1/failures</c>: jobs that failed unexpectedly and have not succeeded since.</summary>
internal static class FailureEndpoints
{
    private const int DefaultLimit = 50;
    private const int MostAtOnce = 200;

    public static void MapFailures(this IEndpointRouteBuilder app)
    {
        var failures = app.MapGroup("/api/v1/failures").RequireAuthorization(Permission.View).WithTags("Failures");
        failures.MapGet("", List).WithName("failure-list");
        failures.MapGet("/{id:guid}", Show).WithName("failure-show");
        failures.MapPost("/{id:guid}/retry", Retry).RequireAuthorization(Permission.Build).WithName("failure-retry");
    }

    private static async Task<Results<Ok<Page<FailureView>>, ProblemHttpResult>> List(
        string? cursor, int? limit, FailedJobQueries failures, CancellationToken ct)
    {
        var after = cursor is null ? null : Cursor.TryParse(cursor);
        if (cursor is not null && after is null)
            return Problems.Invalid("/cursor", "is not the cursor of a page of this list.");
        if (limit is < 1 or > MostAtOnce)
            return Problems.Invalid("/limit", $"must be 1 to {MostAtOnce}.");
        var page = await failures.ListAsync(new FailureSubject(), after, limit ?? DefaultLimit, ct);
        return TypedResults.Ok(new Page<FailureView>([.. page.Items.Select(FailureView.Of)], page.Next));
    }

    private static async Task<Results<Ok<FailureView>, ProblemHttpResult>> Show(
        Guid id, FailedJobQueries failures, CancellationToken ct) =>
        await failures.FindAsync(id, ct) is { } found ? TypedResults.Ok(FailureView.Of(found)) : Unknown(id);

    private static async Task<Results<Accepted, ProblemHttpResult>> Retry(
        Guid id, FailedJobCommands commands, HttpContext http, CancellationToken ct) =>
        await commands.RetryAsync(Caller.Of(http.User), id, ct) switch
        {
            RetryJobOutcome.Started => TypedResults.Accepted($"/api/v1/failures/{id}"),
            RetryJobOutcome.Unknown => Unknown(id),
        };

    private static ProblemHttpResult Unknown(Guid id) =>
        Problems.NotFound($"There is no failure {id}: its job has succeeded since, or it never failed.");
}

/// <summary>A failure as the API shows it.</summary>
/// <param name="NextTryAt">Null when it is given up.</param>
internal sealed record FailureView(
    Guid Id, string Job, FailureObject Object, int Tries, DateTimeOffset FirstFailedAt, DateTimeOffset LastFailedAt,
    DateTimeOffset? NextTryAt, string ErrorType, string Error)
{
    public static FailureView Of(FailedJob f) => new(
        f.Id, f.Job,
        new FailureObject(
            f.Object.Kind, f.Object.Id, f.Object.Repository?.Value, f.Object.Commit?.ToString(), f.Object.Build?.Value),
        f.Tries, f.FirstFailedAt, f.LastFailedAt, f.NextTryAt, f.ErrorType, f.Error);
}

/// <summary>What the job is about; the rest is null where it is not known.</summary>
internal sealed record FailureObject(string Kind, string Id, Guid? RepositoryId, string? Commit, Guid? BuildId);
