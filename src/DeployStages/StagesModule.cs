using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DeployStages;

public static class StagesModule
{
    public static IServiceCollection AddStages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StagesOptions>().Bind(configuration.GetSection(StagesOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    public static IEndpointRouteBuilder MapStages(this IEndpointRouteBuilder routes) => routes;
}
