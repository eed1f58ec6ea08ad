using Microsoft.AspNetCore.Components.Endpoints;
using MudBlazor.Services;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Ui.Queries;

namespace Pipeline.Ui;

/// <summary>The pages: Blazor on the server, fed by <see cref="LiveFeed"/>, read by <c>Ui/Queries</c>.</summary>
public static class UiModule
{
    /// <summary>A page hands what it read while prerendering to its circuit in one message; the default of 32 KB is too small for a commit.</summary>
    private const long LargestCircuitMessage = 1024 * 1024;

    public static IServiceCollection AddPipelineUi(this IServiceCollection services)
    {
        services.AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(o => o.MaximumReceiveMessageSize = LargestCircuitMessage);
        services.AddCascadingAuthenticationState();
        services.AddMudServices();
        services.AddUiQueries();
        return services;
    }

    /// <summary>Call after authentication and authorization. Pages need <see cref="Permission.View"/>; only sign-in is open to all.</summary>
    public static WebApplication MapPipelineUi(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode()
            .RequireAuthorization(Permission.View)
            .Add(LetOthersComeFirst);
        return app;
    }

    /// <summary>Blazor lets a page take every method, and one of ours takes every address: pages are only read, and somebody else's endpoint wins.</summary>
    private static void LetOthersComeFirst(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<ComponentTypeMetadata>().Any())
            return; // the circuit's own endpoints
        endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        if (endpoint is RouteEndpointBuilder route)
            route.Order = 1;
    }
}
