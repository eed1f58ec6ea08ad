using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Forge;
using Pipeline.GitWebhooks.Git;
using Pipeline.GitWebhooks.Http;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Files;
using Pipeline.Kernel.Runtime;

namespace Pipeline.GitWebhooks;

/// <summary>Adds the slice to a host.</summary>
public static class GitWebhooksModule
{
    /// <summary>Deliveries, mirrors, commits and commit statuses.</summary>
    public static IServiceCollection AddGitWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        // Of objects that libgit2 reads, in this process.
        LargeBlocks.ReturnWhenFreed();
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
        services.AddSingleton<DeliveryStore>().AddSingleton<RepositoryStore>().AddSingleton<CommitStore>().AddSingleton<StatusStore>();
        services.AddSingleton(p => new PrivateFolder(p.GetRequiredService<IOptions<GitWebhooksOptions>>().Value.Mirrors));
        services.AddSingleton<WaitingDeliveries>();
        services.AddSingleton<PushStore>().AddSingleton<RepositoryWriter>().AddSingleton<PushedRepositories>();
        services.AddSingleton<Mirror>().AddSingleton<History>().AddSingleton<Snapshots>().AddSingleton<SourceFiles>();
        services.AddSingleton<GitHubStatuses>().AddSingleton<PushWalks>();
        services.AddSingleton<BranchUpdates>().AddSingleton<DeliveryInbox>().AddSingleton<GitHubRepositories>();
        services.AddSingleton(p => new BodyBudget(p.GetRequiredService<IOptions<GitWebhooksOptions>>().Value.UnverifiedBytes));
        services.AddSingletonByInternalConstructor<RepositoryCommands>();
        services.AddSingletonByInternalConstructor<CommitCommands>();
        services.AddSingletonByInternalConstructor<StatusCommands>();
        services.AddSingletonByInternalConstructor<DeliveryCommands>();
        services.AddSingletonByInternalConstructor<RepositoryQueries>();
        services.AddSingletonByInternalConstructor<CommitQueries>();
        services.AddSingletonByInternalConstructor<SourceQueries>();
        services.AddSingletonByInternalConstructor<DeliveryQueries>();
        services.AddSingletonByInternalConstructor<StatusQueries>();
        services.AddTransient<ProcessDeliveryJob>().AddTransient<SendStatusJob>();
        services.AddHostedService<StatusSweep>().AddHostedService<DeliverySweep>();
        return services;
    }

    /// <summary><c>/hooks</c>, and deliveries and repositories under <c>/api/v1</c>.</summary>
    public static IEndpointRouteBuilder MapGitWebhooks(this IEndpointRouteBuilder routes)
    {
        HookEndpoints.Map(routes);
        ApiEndpoints.Map(routes);
        return routes;
    }
}
