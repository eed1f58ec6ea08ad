using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.ArtifactStore.Http;

/// <param name="Reason">What people will read where the release waits.</param>
internal sealed record HoldRequest(string? Reason);

internal static class ReleaseEndpoints
{
    private const int DefaultLimit = 30;
    private const int MaxLimit = 200;

    public static void MapReleases(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/releases").RequireAuthorization(Permission.View).WithTags("Releases");
        group.MapGet("", List).WithName("release-list");
        group.MapGet("/{digest}", Show).WithName("release-show");
        group.MapGet("/{digest}/artifacts", Artifacts).WithName("release-artifacts");
        group.MapGet("/{digest}/attestations", Attestations).WithName("release-attestations");
        group.MapPost("/{digest}/hold", Hold).RequireAuthorization(Permission.Hold).WithName("release-hold");
        group.MapDelete("/{digest}/hold", Unhold).RequireAuthorization(Permission.Hold).WithName("release-unhold");
    }

    private static async Task<Results<Ok<Page<Release>>, ProblemHttpResult>> List(
        string? repository, int? number, string? cursor, int? limit, ReleaseQueries releases, HttpContext http, CancellationToken ct)
    {
        Guid id = default;
        if (repository is not null && !Guid.TryParse(repository, out id))
            return Problems.BadInput("repository", $"'{repository}' is not a repository id (a UUID): see GET /api/v1/repositories.");
        if (number is { } wanted)
        {
            return repository is null || cursor is not null
                ? Problems.BadInput("number", "Releases are numbered in their repository: give repository with it, and no cursor.")
                : TypedResults.Ok(new Page<Release>(
                    await releases.FindAsync(new RepositoryId(id), wanted, ct) is { } found ? [found] : [], null));
        }

        var after = Cursor.TryParse(cursor);
        if (cursor is not null && after is null)
            return Problems.BadInput("cursor", "The cursor is not one of ours: use 'next' of the page before, unchanged.");
        var page = await releases.ListAsync(
            repository is null ? null : new RepositoryId(id), after, Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit), ct);
        if (page.Next is not null)
            http.Response.Headers.Link = $"<{http.Request.Path}{QueryWith(http.Request.Query, page.Next)}>; rel=\"next\"";
        return TypedResults.Ok(page);
    }

    private static async Task<Results<Ok<Release>, NotFound, ProblemHttpResult>> Show(
        string digest, ReleaseQueries releases, CancellationToken ct) =>
        !Digest.TryParse(digest, out var parsed) ? Problems.NotADigest("digest", digest)
            : await releases.FindAsync(parsed, ct) is { } release ? TypedResults.Ok(release)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<IReadOnlyList<ReleaseArtifact>>, NotFound, ProblemHttpResult>> Artifacts(
        string digest, ReleaseQueries releases, CancellationToken ct)
    {
        if (!Digest.TryParse(digest, out var parsed))
            return Problems.NotADigest("digest", digest);
        try
        {
            return await releases.ArtifactsAsync(parsed, ct) is { } artifacts ? TypedResults.Ok(artifacts) : TypedResults.NotFound();
        }
        catch (InvalidDataException e)
        {
            return Problems.Altered(e.Message);
        }
    }

    private static async Task<Results<Ok<IReadOnlyList<AttestationView>>, ProblemHttpResult>> Attestations(
        string digest, AttestationQueries attestations, CancellationToken ct) =>
        Digest.TryParse(digest, out var parsed)
            ? TypedResults.Ok(await attestations.OfAsync(parsed, ct))
            : Problems.NotADigest("digest", digest);

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Hold(
        string digest, HoldRequest request, ClaimsPrincipal person, ReleaseCommands releases, CancellationToken ct)
    {
        if (!Digest.TryParse(digest, out var parsed))
            return Problems.NotADigest("digest", digest);
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 1000 || HasNul(request.Reason))
            return Problems.BadInput("reason", "Say why, in at most 1000 characters: people will read it where the release waits.");
        return await releases.HoldAsync(Caller.Of(person), parsed, request.Reason.Trim(), ct)
            ? TypedResults.NoContent()
            : TypedResults.NotFound();
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Unhold(
        string digest, string? message, ClaimsPrincipal person, ReleaseCommands releases, CancellationToken ct) =>
        !Digest.TryParse(digest, out var parsed) ? Problems.NotADigest("digest", digest)
            : HasNul(message) ? Problems.BadInput("message", "The message holds a NUL character.")
            : await releases.UnholdAsync(Caller.Of(person), parsed, message, ct) ? TypedResults.NoContent()
            : TypedResults.NotFound();

    // PostgreSQL text holds none.
    private static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;

    private static QueryString QueryWith(IQueryCollection query, string cursor) =>
        QueryString.Create(query.Where(q => q.Key != "cursor")).Add("cursor", cursor);
}
