using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.People.Data;

namespace Pipeline.People.Http;

/// <summary>Tokens (<c>/api/v1/tokens</c>), who am I (<c>/api/v1/me</c>), and the browser's sign-in form.</summary>
public static partial class TokenEndpoints
{
    /// <param name="Login">As commits and approvals name the bearer.</param>
    /// <param name="Kind"><c>person</c> (default) or <c>token</c>, a machine that cannot approve.</param>
    /// <param name="Permissions">Of <see cref="Permission.All"/>; empty: view, build, promote, approve.</param>
    public sealed record CreateTokenRequest(
        string? Login, string? Name, string? Kind, string[]? Permissions, string[]? Groups, string[]? Emails, int? ExpiresInDays);

    public sealed record CreatedToken(Guid Id, string Login, string Token);

    public sealed record Me(string Login, string Kind, IReadOnlyList<string> Permissions, IReadOnlyList<string> Groups);

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/v1/tokens").RequireAuthorization(Permission.Administer).WithTags("Tokens");
        tokens.MapGet("", List);
        tokens.MapPost("", Create);
        tokens.MapDelete("/{id:guid}", Revoke);
        app.MapGet("/api/v1/me", WhoAmI).RequireAuthorization(Permission.View).WithTags("Tokens");
        app.MapPost("/sign-in", SignIn).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        app.MapPost("/sign-out", SignOut).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
    }

    private static async Task<Ok<IReadOnlyList<AccessToken>>> List(TokenStore store, CancellationToken ct) =>
        TypedResults.Ok(await store.ListAsync(ct));

    private static async Task<Results<Created<CreatedToken>, ProblemHttpResult>> Create(
        CreateTokenRequest request, ClaimsPrincipal caller, TokenStore store, Journal journal, TimeProvider time, CancellationToken ct)
    {
        var login = request.Login ?? request.Name;
        if (login is null || !LoginPattern().IsMatch(login))
            return Problems.Invalid("/login", "A token needs a login of letters, digits, '.', '_' and '-' (at most 64).");
        if (request.Kind is not (null or "person" or "token"))
            return Problems.Invalid("/kind", $"'{request.Kind}' is not a kind of token: use person or token.");
        var unknown = (request.Permissions ?? []).Except(Permission.All).ToArray();
        if (unknown.Length > 0)
            return Problems.Invalid("/permissions", $"Unknown permission '{unknown[0]}'. There are: {string.Join(", ", Permission.All)}.");
        if (request.ExpiresInDays is <= 0 or > 3650)
            return Problems.Invalid("/expiresInDays", "A token expires after 1 to 3650 days.");

        var wanted = new NewToken(
            login,
            request.Kind ?? "person",
            request.Permissions is { Length: > 0 } given ? given : [Permission.View, Permission.Build, Permission.Promote, Permission.Approve],
            request.Groups ?? [],
            request.Emails ?? [],
            request.ExpiresInDays is { } days ? time.GetUtcNow().AddDays(days) : null);
        var created = await Transactions.InTransactionAsync(
            async token =>
            {
                var (id, text) = await store.CreateAsync(wanted, Actor.Of(caller), token);
                await journal.AppendAsync(new ActionRecorded("token.created", wanted.Login, null), Actor.Of(caller), JournalSubject.None, token);
                return new CreatedToken(id, wanted.Login, text);
            },
            ct);
        return TypedResults.Created($"/api/v1/tokens/{created.Id}", created);
    }

    private static async Task<Results<NoContent, NotFound>> Revoke(Guid id, ClaimsPrincipal caller, TokenStore store, Journal journal, CancellationToken ct)
    {
        var revoked = await Transactions.InTransactionAsync(
            async token =>
            {
                if (!await store.RevokeAsync(id, token))
                    return false;
                await journal.AppendAsync(new ActionRecorded("token.revoked", id.ToString(), null), Actor.Of(caller), JournalSubject.None, token);
                return true;
            },
            ct);
        return revoked ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    private static Ok<Me> WhoAmI(ClaimsPrincipal caller)
    {
        var actor = Actor.Of(caller);
        return TypedResults.Ok(new Me(
            actor.Name,
            caller.Identity?.IsAuthenticated == true ? actor.Kind.ToString().ToLowerInvariant() : "anonymous",
            [.. Permission.All.Where(p => PeopleModule.Has(caller, p))],
            [.. caller.FindAll(CallerClaims.Group).Select(c => c.Value)]));
    }

    private static async Task<RedirectHttpResult> SignIn(
        [FromForm] string? token, [FromForm] string? returnUrl, TokenStore store, HttpContext http, CancellationToken ct)
    {
        var target = IsLocal(returnUrl) ? returnUrl! : "/";
        var found = token is null ? null : await store.FindValidAsync(token.Trim(), ct);
        if (found is null)
            return TypedResults.Redirect($"/sign-in?error=unknown-token&returnUrl={Uri.EscapeDataString(target)}");
        await http.SignInAsync(PeopleModule.PrincipalOf(found, CookieAuthenticationDefaults.AuthenticationScheme));
        return TypedResults.Redirect(target);
    }

    private static async Task<RedirectHttpResult> SignOut(HttpContext http, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.Redirect("/");
    }

    // Only paths of our own: a sign-in link must not lead to another site.
    private static bool IsLocal(string? url) =>
        url is { Length: > 0 } && url[0] == '/' && (url.Length == 1 || (url[1] != '/' && url[1] != '\\'));

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$")]
    private static partial Regex LoginPattern();
}
