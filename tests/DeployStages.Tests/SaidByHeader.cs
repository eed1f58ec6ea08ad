using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.DeployStages.Tests;

/// <summary>In place of the server's sign-in: <c>X-Caller: name kind group…</c>. JSON and policies are as the server has them.</summary>
internal sealed class SaidByHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Header = "X-Caller";

    public static void AddTo(IServiceCollection services)
    {
        services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, SaidByHeader>("header", null);
        services.AddAuthorization(o =>
        {
            foreach (var permission in Permission.All)
                o.AddPolicy(permission, p => p.RequireAuthenticatedUser());
        });
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(
            json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower)));
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header].ToString().Split(' ') is not [var name, var kind, .. var groups])
            return Task.FromResult(AuthenticateResult.NoResult());
        ClaimsPrincipal caller = Stages.Person(name, groups, kind: kind);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(caller, "header")));
    }
}
