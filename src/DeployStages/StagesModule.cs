using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Http;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages;

public static class StagesModule
{
    /// <summary>Needs Kernel, GitWebhooks, ArtifactStore and Scheduler. Resolving <see cref="PolicyInForce"/> refuses a bad
    /// policy.</summary>
    public static IServiceCollection AddStages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(PromotionEventKinds.All);
        services.AddOptions<StagesOptions>().Bind(configuration.GetSection(StagesOptions.Section)).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<PolicyInForce>();
        services.AddSingleton<StageStores>();
        services.AddSingleton<Contributors>();
        services.AddSingleton<RolloutWatch>();
        services.AddSingleton<Rollouts>();
        services.AddSingleton<Gates>();
        services.AddSingleton<BranchRule>();
        services.AddSingleton<ReleaseOrder>();
        services.AddSingleton<Offers>();
        services.AddSingleton<JobsAndJournal>();
        services.AddSingleton<PolicyAndOutbox>();
        services.AddSingleton<Transitions>();
        services.AddSingleton<Progress>();
        services.AddSingleton<Promoting>();
        services.AddSingleton<ApprovalDesk>();
        services.AddSingleton<DeployableArtifacts>();
        services.AddSingleton<PromotionCommands>();
        services.AddSingleton<PromotionQueries>();
        services.AddSingleton<StageQueries>();
        services.AddTransient<OfferReleaseJob>();
        services.AddTransient<OfferCommitJob>();
        services.AddTransient<AdvanceReleaseJob>();
        services.AddTransient<AdvancePromotionJob>();
        services.AddTransient<DeployEndedJob>();
        services.AddTransient<HoldReleaseJob>();
        services.AddSingleton<Sweep>();
        services.AddSingleton<IHostedService>(p => p.GetRequiredService<Sweep>());
        return services;
    }

    public static IEndpointRouteBuilder MapStages(this IEndpointRouteBuilder routes)
    {
        StageEndpoints.Map(routes);
        PromotionEndpoints.Map(routes);
        RunnerEndpoints.Map(routes);
        return routes;
    }
}
