using Hangfire;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Commands;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Http;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Reading;
using Pipeline.DeployStages.Rollout;
using Pipeline.DeployStages.Rollout.Commits;
using Pipeline.DeployStages.Rollout.Decisions;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages;

/// <summary>Registers the slice's services and endpoints.</summary>
public static class DeployStagesModule
{
    /// <summary>Needs Kernel, GitWebhooks, ArtifactStore, Scheduler and LoadBalancers. A policy with errors refuses the start.</summary>
    public static IServiceCollection AddDeployStages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(PromotionEventKinds.All);
        services.AddOptions<DeployStagesOptions>().Bind(configuration.GetSection(DeployStagesOptions.Section)).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<DeployStagesOptions>, PolicyFileCheck>();
        services.AddSingleton<PolicyInForce>();
        services.AddSingleton<PromotionStore>().AddSingleton<SlotStore>().AddSingleton<DeployStore>().AddSingleton<DecisionStore>()
            .AddSingleton<DeployableStore>();
        services.AddSingleton<CommitHistory>().AddSingleton<BranchRule>().AddSingleton<ReleaseOrder>().AddSingleton<Contributors>();
        services.AddSingleton<FailureEvidence>().AddSingleton<DeployWatch>().AddSingleton<SlotHealth>().AddSingleton<DeploySubmissions>()
            .AddSingleton<StatementRenewal>().AddSingleton<Rollouts>().AddSingleton<DeployableRegistry>()
            .AddSingleton<RouteClaims>().AddSingleton<RouteChecks>();
        services.AddSingleton<RollbackTargets>().AddSingleton<PlanReader>().AddSingleton<PreviousStage>()
            .AddSingleton<ReleaseChecks>().AddSingleton<NameChecks>()
            .AddSingleton<VerifiedApprovals>().AddSingleton<GateAlarms>().AddSingleton<GateEvaluator>();
        services.AddSingleton<ApprovalEligibility>().AddSingleton<Approvals>().AddSingleton<Rejections>();
        services.AddSingleton<SlotLock>().AddSingleton<PromotionOutbox>().AddSingleton<ReleaseOffers>().AddSingleton<EffectRunner>()
            .AddSingleton<Transitions>().AddSingleton<WaitingStep>().AddSingleton<RunningStep>().AddSingleton<PromotionProgress>()
            .AddSingleton<PromotionStarter>().AddSingleton<Rollbacks>().AddSingleton<ReleaseHolds>()
            .AddSingleton<HeldReleases>();
        services.AddSingleton<PromotionViewReader>().AddSingleton<PlanViewReader>().AddSingleton<PromotionObstacles>()
            .AddSingleton<DeployableMatrix>().AddSingleton<DeployableArtifacts>();
        services.AddSingletonByInternalConstructor<PromotionCommands>();
        services.AddSingletonByInternalConstructor<PromotionQueries>();
        services.AddSingletonByInternalConstructor<StageQueries>();
        AddJobs(services);
        return services;
    }

    /// <summary>Maps the slice's API and what tasks call.</summary>
    public static IEndpointRouteBuilder MapDeployStages(this IEndpointRouteBuilder routes)
    {
        StageEndpoints.Map(routes);
        PromotionEndpoints.Map(routes);
        RunnerEndpoints.Map(routes);
        return routes;
    }

    private static void AddJobs(IServiceCollection services)
    {
        services.AddSingleton<AdvanceLater>(provider =>
        {
            var jobs = provider.GetRequiredService<IBackgroundJobClient>();
            return id => jobs.Enqueue<AdvancePromotionJob>(job => job.ExecuteAsync(id.Value, CancellationToken.None));
        });
        services.AddTransient<AdvancePromotionJob>();
        services.AddTransientByInternalConstructor<OfferReleaseJob>();
        services.AddTransientByInternalConstructor<OfferCommitJob>();
        services.AddTransientByInternalConstructor<AdvanceReleaseJob>();
        services.AddTransientByInternalConstructor<AdvanceStageJob>();
        services.AddTransientByInternalConstructor<DeployEndedJob>();
        services.AddTransientByInternalConstructor<HoldReleaseJob>();
        services.AddTransientByInternalConstructor<StopHeldReleaseJob>();
        services.AddSingleton<PromotionSweep>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<PromotionSweep>());
        services.AddSingleton<StatementSweep>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<StatementSweep>());
    }
}
