using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;

namespace Pipeline.People.Http;

/// <summary>Access tokens (<c>/api/v1/tokens</c>).</summary>
internal static class TokenEndpoints
{
    /// <param name="Login">How commits and approvals name the bearer; <paramref name="Name"/> is its older name.</param>
    internal sealed record CreateTokenRequest(
        string? Login, string? Name, string? Kind, string[]? Permissions, string[]? Groups, string[]? Emails, int? ExpiresInDays);

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/v1/tokens").RequireAuthorization(Permission.Administer).WithTags("Tokens");
        tokens.MapGet("", List);
        tokens.MapPost("", Create);
        tokens.MapDelete("/{id:guid}", Revoke);
    }

    private static async Task<Ok<IReadOnlyList<AccessToken>>> List(TokenQueries tokens, CancellationToken ct) =>
        TypedResults.Ok(await tokens.ListAsync(ct));

    private static async Task<Results<Created<CreatedToken>, ProblemHttpResult>> Create(
        CreateTokenRequest request, ClaimsPrincipal user, TokenCommands tokens, CancellationToken ct)
    {
        var wanted = new NewToken(
            request.Login ?? request.Name, request.Kind, request.Permissions, request.Groups, request.Emails, request.ExpiresInDays);
        return await tokens.CreateAsync(Caller.Of(user), wanted, ct) switch
        {
            CreateTokenOutcome.Created made => TypedResults.Created($"/api/v1/tokens/{made.Token.Id}", made.Token),
            CreateTokenOutcome.Invalid wrong => Problems.Invalid($"/{wrong.Field}", wrong.Detail),
            var outcome => throw new InvariantViolatedException($"{outcome.GetType().Name} has no answer"),
        };
    }

    private static async Task<Results<NoContent, NotFound>> Revoke(Guid id, ClaimsPrincipal user, TokenCommands tokens, CancellationToken ct) =>
        await tokens.RevokeAsync(Caller.Of(user), id, ct) ? TypedResults.NoContent() : TypedResults.NotFound();
}
