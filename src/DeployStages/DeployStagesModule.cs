using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Events;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Http;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout;
using Pipeline.DeployStages.Rollout.Commits;
using Pipeline.DeployStages.Rollout.Decisions;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages;

public static class DeployStagesModule
{
    /// <summary>Needs Kernel, GitWebhooks, ArtifactStore and Scheduler. Resolving <see cref="PolicyInForce"/> refuses a bad
    /// policy.</summary>
    public static IServiceCollection AddDeployStages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(PromotionEventKinds.All);
        services.AddOptions<DeployStagesOptions>().Bind(configuration.GetSection(DeployStagesOptions.Section)).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<PolicyInForce>();
        services.AddSingleton<StageStores>();
        services.AddSingleton<Contributors>();
        services.AddSingleton<DeployWatch>();
        services.AddSingleton<Rollouts>();
        services.AddSingleton<GateEvaluator>();
        services.AddSingleton<BranchRule>();
        services.AddSingleton<ReleaseOrder>();
        services.AddSingleton<ReleaseOffers>();
        services.AddSingleton<JobsAndJournal>();
        services.AddSingleton<PolicyAndOutbox>();
        services.AddSingleton<Transitions>();
        services.AddSingleton<PromotionProgress>();
        services.AddSingleton<PromotionStarter>();
        services.AddSingleton<ApprovalSigner>();
        services.AddSingleton<Approvals>();
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
        services.AddSingleton<PromotionSweep>();
        services.AddSingleton<IHostedService>(p => p.GetRequiredService<PromotionSweep>());
        return services;
    }

    public static IEndpointRouteBuilder MapDeployStages(this IEndpointRouteBuilder routes)
    {
        StageEndpoints.Map(routes);
        PromotionEndpoints.Map(routes);
        RunnerEndpoints.Map(routes);
        return routes;
    }
}
