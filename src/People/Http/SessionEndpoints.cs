using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Kernel;
using Pipeline.People.Core;
using Pipeline.People.Data;

namespace Pipeline.People.Http;

/// <summary>Who am I (<c>/api/v1/me</c>), and the browser's sign-in and sign-out forms.</summary>
internal static class SessionEndpoints
{
    /// <param name="Kind"><c>person</c>, <c>token</c> or <c>anonymous</c>.</param>
    internal sealed record Me(string Login, string Kind, IReadOnlyList<string> Permissions, IReadOnlyList<string> Groups);

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/me", WhoAmI).RequireAuthorization(Permission.View).WithTags("Tokens");
        app.MapPost("/sign-in", SignIn).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        app.MapPost("/sign-out", SignOut).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
    }

    private static Ok<Me> WhoAmI(ClaimsPrincipal user)
    {
        var caller = Caller.Of(user);
        return TypedResults.Ok(new Me(
            caller.Actor.Name,
            caller.IsAnonymous ? "anonymous" : caller.Actor.Kind.ToString().ToLowerInvariant(),
            [.. Permission.All.Where(caller.Has)],
            caller.Groups));
    }

    private static async Task<RedirectHttpResult> SignIn(
        [FromForm] string? token, [FromForm] string? returnUrl, TokenStore tokens, HttpContext http, CancellationToken ct)
    {
        var target = IsLocal(returnUrl) ? returnUrl! : "/";
        var found = token is null ? null : await tokens.FindValidAsync(token.Trim(), ct);
        if (found is null)
            return TypedResults.Redirect($"/sign-in?error=unknown-token&returnUrl={Uri.EscapeDataString(target)}");
        await http.SignInAsync(Principals.Of(found, CookieAuthenticationDefaults.AuthenticationScheme));
        return TypedResults.Redirect(target);
    }

    private static async Task<RedirectHttpResult> SignOut(HttpContext http, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.Redirect("/");
    }

    // Only paths of our own: a sign-in link must not lead to another site. Browsers drop tabs and line ends from an address before they
    // read it, and a header can hold printable ASCII only.
    private static bool IsLocal(string? url) =>
        url is { Length: > 0 } && url[0] == '/' && (url.Length == 1 || (url[1] != '/' && url[1] != '\\'))
        && url.All(c => c is > ' ' and <= '~');
}
