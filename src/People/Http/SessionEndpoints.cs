using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Kernel;
using Pipeline.People.Contract;
using Pipeline.People.Data;

namespace Pipeline.People.Http;

/// <summary>Who am I (<c>/api/v1/me</c>), and the browser's sign-in and sign-out forms.</summary>
internal static class SessionEndpoints
{
    /// <summary>A token and a path, in bytes.</summary>
    private const long LargestForm = 16 * 1024;

    /// <param name="Kind"><c>person</c>, <c>token</c> or <c>anonymous</c>.</param>
    internal sealed record Me(string Login, string Kind, IReadOnlyList<string> Permissions, IReadOnlyList<string> Groups);

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/me", WhoAmI).RequireAuthorization(Permission.View).WithTags("Tokens");
        app.MapPost("/sign-in", SignIn).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(LargestForm));
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
        [FromForm] string? token, [FromForm] string? returnUrl, TokenStore tokens, FailedSignIns failures, HttpContext http,
        CancellationToken ct)
    {
        var target = LocalAddress.OrHome(returnUrl);
        var found = token is null ? null : await tokens.FindValidAsync(token.Trim(), ct);
        if (found is null)
        {
            if (failures.Count(http.Connection.RemoteIpAddress) is not { } wait)
                return BackToTheForm("unknown-token", target);
            http.Response.Headers.RetryAfter = RetryAfter.Seconds(wait);
            return BackToTheForm("too-many", target);
        }

        await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, SessionCookie.Ticket(found));
        return TypedResults.Redirect(target);
    }

    private static RedirectHttpResult BackToTheForm(string error, string target) =>
        TypedResults.Redirect($"/sign-in?error={error}&returnUrl={Uri.EscapeDataString(target)}");

    private static async Task<RedirectHttpResult> SignOut(HttpContext http, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.Redirect("/");
    }
}
