using Pipeline.LoadBalancers.Http;
using Pipeline.LoadBalancers.Routing;

namespace Pipeline.LoadBalancers;

/// <summary>Traffic for services: a proxy inside the server, configured from the instances that are healthy.</summary>
public static class LoadBalancersModule
{
    /// <summary>The proxy and what keeps it up to date. Needs Kernel and Scheduler.</summary>
    public static IServiceCollection AddLoadBalancers(this IServiceCollection services)
    {
        services.AddReverseProxy().LoadFromMemory([], []);
        services.AddHostedService<ProxyRefresh>();
        return services;
    }

    /// <summary>Routes to applications, and the answer where no instance is healthy.</summary>
    public static IEndpointRouteBuilder MapLoadBalancers(this IEndpointRouteBuilder routes)
    {
        routes.MapReverseProxy();
        UnservedRoutes.Map(routes);
        return routes;
    }
}
