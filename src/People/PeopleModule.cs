using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Pipeline.Kernel;
using Pipeline.People.Data;
using Pipeline.People.Http;

namespace Pipeline.People;

/// <summary>Sign-in by access token (a header for programs, a cookie for browsers), one policy a permission; reading is open on loopback.</summary>
public static class PeopleModule
{
    private const string EitherScheme = "either";

    public static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddSingleton<TokenStore>();
        services.AddDataProtection().SetApplicationName("pipeline");
        services.AddSingleton<Microsoft.Extensions.Options.IConfigureOptions<KeyManagementOptions>, DataProtectionKeys>();
        services
            .AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, o => o.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization") ? TokenHandler.Scheme : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.Scheme, null)
            .AddCookie(ConfigureCookie);
        services.AddSingleton<IAuthorizationHandler, LoopbackReading>();
        services.AddAuthorization(options =>
        {
            foreach (var permission in Permission.All)
                options.AddPolicy(permission, policy => policy.AddRequirements(new PermissionRequirement(permission)));
        });
        services.AddCascadingAuthenticationState();
        return services;
    }

    /// <summary>Tokens, who am I, and the browser's sign-in form.</summary>
    public static IEndpointRouteBuilder MapPeople(this IEndpointRouteBuilder routes)
    {
        routes.MapTokens();
        return routes;
    }

    /// <summary>What a token makes of its bearer.</summary>
    public static ClaimsPrincipal PrincipalOf(AccessToken token, string scheme)
    {
        var claims = new List<Claim>
        {
            new(ClaimTypes.Name, token.Login),
            new(CallerClaims.Kind, token.Kind),
            new(CallerClaims.Token, token.Id.ToString()),
        };
        claims.AddRange(token.Permissions.Select(p => new Claim(CallerClaims.Permission, p)));
        claims.AddRange(token.Groups.Select(g => new Claim(CallerClaims.Group, g)));
        claims.AddRange(token.Emails.Select(e => new Claim(CallerClaims.Email, e)));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    internal static bool Has(ClaimsPrincipal caller, string permission) => caller.HasClaim(CallerClaims.Permission, permission);

    private static void ConfigureCookie(CookieAuthenticationOptions cookie)
    {
        cookie.LoginPath = "/sign-in";
        cookie.AccessDeniedPath = "/sign-in";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.Cookie.Name = "pipeline";
        cookie.Cookie.HttpOnly = true;
        // Strict: a page of another origin cannot make a signed-in browser decide anything.
        cookie.Cookie.SameSite = SameSiteMode.Strict;
        cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
        cookie.SlidingExpiration = true;
        cookie.Events.OnValidatePrincipal = async context =>
        {
            var store = context.HttpContext.RequestServices.GetRequiredService<TokenStore>();
            var valid = Guid.TryParse(context.Principal?.FindFirstValue(CallerClaims.Token), out var id)
                && await store.IsValidAsync(id, context.HttpContext.RequestAborted);
            if (!valid)
                context.RejectPrincipal();
        };
        cookie.Events.OnRedirectToLogin = context => ApiOrPage(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => ApiOrPage(context, StatusCodes.Status403Forbidden);
    }

    private static Task ApiOrPage(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/hangfire"))
        {
            context.Response.StatusCode = status;
            if (status == StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Bearer";
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}

/// <summary>The caller must hold a permission.</summary>
public sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

/// <summary>Grants a permission to who holds it, and reading to anyone on this machine.</summary>
public sealed class LoopbackReading(IHttpContextAccessor http) : AuthorizationHandler<PermissionRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (PeopleModule.Has(context.User, requirement.Permission) || (requirement.Permission == Permission.View && IsLoopback(http.HttpContext)))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    // A reverse proxy on this machine makes everybody look local: its headers betray it.
    private static bool IsLoopback(HttpContext? context) =>
        context?.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");
}
