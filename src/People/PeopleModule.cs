using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;
using Pipeline.People.Contract;
using Pipeline.People.Data;
using Pipeline.People.Http;

namespace Pipeline.People;

/// <summary>
/// Sign-in by access token (a header for programs, a cookie for browsers), one policy a permission; reading is open on loopback
/// where that is turned on.
/// </summary>
public static class PeopleModule
{
    private const string EitherScheme = "either";

    /// <summary>Tokens, sessions, authentication and authorization.</summary>
    public static IServiceCollection AddPeople(this IServiceCollection services, IConfiguration configuration)
    {
        AddOptions(services, configuration);
        services.AddHttpContextAccessor();
        services.AddSingleton<TokenStore>();
        services.AddSingletonByInternalConstructor<TokenCommands>();
        services.AddSingletonByInternalConstructor<TokenQueries>();
        services.AddSingletonByInternalConstructor<SessionQueries>();
        services.AddDataProtection().SetApplicationName("pipeline");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, DataProtectionKeys>();
        services
            .AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, o => o.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization")
                    ? BearerTokenHandler.Scheme
                    : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerTokenHandler>(BearerTokenHandler.Scheme, null)
            .AddCookie();
        services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, SessionCookie>();
        services.AddSingleton<IConfigureOptions<AntiforgeryOptions>, FormCookie>();
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        services.AddAuthorization(options =>
        {
            foreach (var permission in Permission.All)
                options.AddPolicy(permission, policy => policy.AddRequirements(new PermissionRequirement(permission)));
        });
        services.AddCascadingAuthenticationState();
        return services;
    }

    private static void AddOptions(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PeopleOptions>()
            .Configure(o =>
            {
                o.DataDirectory = configuration["DataDirectory"] ?? o.DataDirectory;
                o.PublicUrl = configuration["PublicUrl"] ?? o.PublicUrl;
            })
            .Bind(configuration.GetSection(PeopleOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PeopleOptions>, KeyFileCheck>();
        services.AddSingleton<KeyFile>();
        services.AddSingleton(p => new PrivateFolder(p.GetRequiredService<IOptions<PeopleOptions>>().Value.Keys));
        services.AddSingleton(p => new FailedSignIns(
            p.GetRequiredService<IOptions<PeopleOptions>>().Value.FailedSignInsPerMinute, p.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Tokens, who am I, and the browser's sign-in form.</summary>
    public static IEndpointRouteBuilder MapPeople(this IEndpointRouteBuilder routes)
    {
        routes.MapTokens();
        routes.MapSessions();
        return routes;
    }
}
