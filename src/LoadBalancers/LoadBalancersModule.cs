using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;
using Pipeline.LoadBalancers.Contract.Queries;
using Pipeline.LoadBalancers.Data;
using Pipeline.LoadBalancers.Http;
using Pipeline.LoadBalancers.Routing;
using Pipeline.LoadBalancers.Traffic;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers;

/// <summary>Traffic for services: a proxy on addresses of its own, configured from the instances that are healthy.</summary>
public static class LoadBalancersModule
{
    /// <summary>The proxy and what keeps it up to date. Needs Kernel and Scheduler.</summary>
    public static IServiceCollection AddLoadBalancers(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<LoadBalancersOptions>>(new TrafficOptionsCheck(configuration));
        services.AddOptions<LoadBalancersOptions>()
            .Bind(configuration.GetSection(LoadBalancersOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(new InMemoryConfigProvider([], []));
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<InMemoryConfigProvider>());
        services.AddEventKinds(RouteEventKinds.All);
        services.AddSingleton<RouteStore>().AddSingleton<RouteClaims>().AddSingleton<RouteChanges>().AddSingleton<RouteAdoption>();
        services.AddSingletonByInternalConstructor<TrafficQueries>();
        services.AddSingletonByInternalConstructor<RouteCommands>();
        services.AddSingleton<TrafficServer>();
        services.AddHostedService<ProxyRefresh>();
        services.AddHostedService(provider => provider.GetRequiredService<TrafficServer>());
        return services;
    }

    /// <summary>What the server says of applications. It serves none.</summary>
    public static IEndpointRouteBuilder MapLoadBalancers(this IEndpointRouteBuilder routes)
    {
        RouteEndpoints.Map(routes);
        return routes;
    }
}
