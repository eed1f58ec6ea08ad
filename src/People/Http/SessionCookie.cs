using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Kernel.Access;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;

namespace Pipeline.People.Http;

/// <summary>The cookie of a browser that signed in. It names the token behind the session and nothing else: what its bearer may do is
/// read anew at every request.</summary>
internal sealed class SessionCookie(IOptions<PeopleOptions> people) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    public void Configure(CookieAuthenticationOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        var tls = people.Value.IsBehindTls;
        options.LoginPath = "/sign-in";
        options.AccessDeniedPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        // Under TLS no page of another port or a neighbouring name can set it.
        options.Cookie.Name = $"{(tls ? CookieNames.HostPrefix : "")}{CookieNames.Session}";
        options.Cookie.SecurePolicy = tls ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        // Strict: a page of another site cannot make a signed-in browser decide anything.
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.CookieManager = new SignedCookies(() => options.TicketDataFormat);
        options.ExpireTimeSpan = Lifetime;
        options.SlidingExpiration = true;
        options.Events.OnValidatePrincipal = ReadAnewAsync;
        options.Events.OnRedirectToLogin = context => AnswerOrRedirect(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => AnswerOrRedirect(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>What the cookie of a session holds.</summary>
    public static ClaimsPrincipal Ticket(AccessToken token) => new(new ClaimsIdentity(
        [new Claim(CallerClaims.Token, token.Id.ToString())], CookieAuthenticationDefaults.AuthenticationScheme));

    private static async Task ReadAnewAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<SessionQueries>();
        if (context.Principal is { } ticket && await sessions.PrincipalAsync(ticket, context.HttpContext.RequestAborted) is { } person)
            context.ReplacePrincipal(person);
        else
            context.RejectPrincipal();
    }

    private static Task AnswerOrRedirect(RedirectContext<CookieAuthenticationOptions> context, int status)
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
