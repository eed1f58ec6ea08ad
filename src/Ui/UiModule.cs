using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using MudBlazor.Services;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.People.Contract;
using Pipeline.Ui.Actions.Sessions;

namespace Pipeline.Ui;

/// <summary>The pages: Blazor on the server, kept fresh by <see cref="LiveFeed"/>, with read queries of their own.</summary>
public static class UiModule
{
    /// <summary>
    /// A page hands what it read while prerendering to its circuit in one message; the default of 32 KB is too small for a commit.
    /// </summary>
    private const long LargestCircuitMessage = 1024 * 1024;

    /// <summary>Registers the pages. Call after the slices that they show.</summary>
    public static IServiceCollection AddPipelineUi(this IServiceCollection services)
    {
        services.AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(o => o.MaximumReceiveMessageSize = LargestCircuitMessage);
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider>(p => new SessionStateProvider(
            p.GetRequiredService<SessionQueries>(), p.GetRequiredService<ILoggerFactory>(), SessionStateProvider.DefaultInterval));
        services.AddMudServices();
        services.AddUiQueries();
        services.AddUiActions();
        return services;
    }

    /// <summary>
    /// Call after authentication and authorization. Pages need <see cref="Permission.View"/>; only sign-in is open to all.
    /// </summary>
    public static WebApplication MapPipelineUi(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null)
            .RequireAuthorization(Permission.View)
            .Add(YieldToOtherEndpoints);
        return app;
    }

    /// <summary>
    /// Blazor maps a page for every method, and one of ours takes every address: pages are only read, and any other endpoint wins.
    /// </summary>
    private static void YieldToOtherEndpoints(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<ComponentTypeMetadata>().Any())
            return; // the circuit's own endpoints
        endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        if (endpoint is RouteEndpointBuilder route)
            route.Order = 1;
    }
}
