using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.GitWebhooks.Http;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel.Events;

namespace Pipeline.GitWebhooks;

public static class GitWebhooksModule
{
    public static IServiceCollection AddGitWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(GitEventKinds.All);
        services.AddOptions<GitWebhooksOptions>()
            .Configure(o =>
            {
                o.DataDirectory = configuration["DataDirectory"] ?? o.DataDirectory;
                o.PublicUrl = configuration["PublicUrl"] ?? o.PublicUrl;
            })
            .Bind(configuration.GetSection(GitWebhooksOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<RepositoryStore>();
        services.AddSingleton<CommitStore>();
        services.AddSingleton<StatusStore>();
        services.AddSingleton<PushStore>();
        services.AddSingleton<GitStores>();
        services.AddSingleton<Mirror>();
        services.AddSingleton<GitHubStatuses>();
        services.AddSingleton<RepositoryCommands>();
        services.AddSingleton<CommitCommands>();
        services.AddSingleton<StatusCommands>();
        services.AddSingleton<DeliveryIntake>();
        services.AddTransient(p => new ProcessDeliveryJob(
            p.GetRequiredService<GitStores>(), p.GetRequiredService<RepositoryCommands>(), p.GetRequiredService<Mirror>(),
            p.GetRequiredService<Journal>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<ProcessDeliveryJob>>()));
        services.AddTransient<SendStatusJob>();
        services.AddHostedService<StatusSweep>();
        return services;
    }

    public static IEndpointRouteBuilder MapGitWebhooks(this IEndpointRouteBuilder routes)
    {
        HookEndpoints.Map(routes);
        ApiEndpoints.Map(routes);
        return routes;
    }
}
