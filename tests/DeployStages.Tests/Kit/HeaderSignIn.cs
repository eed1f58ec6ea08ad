using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Kit;

/// <summary>
/// In place of the server's sign-in: <c>X-Caller: name kind group…</c>, and <c>X-Permissions: view approve…</c>, all of them without it.
/// JSON and policies are as the server has them.
/// </summary>
internal sealed class HeaderSignIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Caller = "X-Caller";
    public const string Permissions = "X-Permissions";

    public static void AddTo(IServiceCollection services)
    {
        services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderSignIn>("header", null);
        services.AddAuthorization(o =>
        {
            foreach (var permission in Permission.All)
                o.AddPolicy(permission, p => p.RequireAuthenticatedUser().RequireClaim(CallerClaims.Permission, permission));
        });
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(
            json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower)));
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Caller].ToString().Split(' ') is not [var name, var kind, .. var groups])
            return Task.FromResult(AuthenticateResult.NoResult());
        var permissions = Request.Headers.TryGetValue(Permissions, out var named) ? named.ToString().Split(' ') : [.. Permission.All];
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, name), new Claim(CallerClaims.Kind, kind),
                .. groups.Select(g => new Claim(CallerClaims.Group, g)),
                .. permissions.Select(p => new Claim(CallerClaims.Permission, p)),
            ],
            "header");
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), "header")));
    }
}
