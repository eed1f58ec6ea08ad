using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Scheduler;

public static class SchedulerModule
{
    public static IServiceCollection AddScheduler(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SchedulerOptions>()
            .Bind(configuration.GetSection(SchedulerOptions.Section))
            .Configure(o => configuration.GetSection("Clusters").Bind(o.Clusters))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<OfferBoard>();
        services.AddSingleton(p => ServerKey.LoadOrCreate(p.GetRequiredService<IOptions<SchedulerOptions>>().Value.ServerKeyPath));
        services.AddSingleton<SchedulerCommands>();
        services.AddSingleton(p => new SchedulerQueries(p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<OfferBoard>()));
        services.AddSingleton(p => new RunnerAuth(
            p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<ServerKey>(), p.GetRequiredService<TimeProvider>()));
        return services;
    }

    public static IEndpointRouteBuilder MapScheduler(this IEndpointRouteBuilder routes) => routes;
}
