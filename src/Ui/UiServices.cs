using Pipeline.DeployStages.Contract.Queries;
using Pipeline.Ui.Actions;
using Pipeline.Ui.Actions.Builds;
using Pipeline.Ui.Actions.Promotions;
using Pipeline.Ui.Actions.Scheduling;
using Pipeline.Ui.Actions.Sessions;
using Pipeline.Ui.Queries;
using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Clusters;
using Pipeline.Ui.Queries.Commits;
using Pipeline.Ui.Queries.Failures;
using Pipeline.Ui.Queries.Home;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Releases;
using Pipeline.Ui.Queries.Repositories;
using Pipeline.Ui.Queries.Timelines;

namespace Pipeline.Ui;

/// <summary>What the pages ask the container for.</summary>
internal static class UiServices
{
    /// <summary>Reads across the slices' schemas, one class per subject; everything here only selects.</summary>
    public static IServiceCollection AddUiQueries(this IServiceCollection services)
    {
        services.AddSingleton<StagesInForce>(p => p.GetRequiredService<StageQueries>().Stages);
        services.AddSingleton<UiDb>();
        services.AddSingleton<BuildPageQueries>();
        services.AddSingleton<CommitListQueries>();
        services.AddSingleton<CommitPageQueries>();
        services.AddSingleton<FailureQueries>();
        services.AddSingleton<HomePageQueries>();
        services.AddSingleton<PromotionPageQueries>().AddSingleton<MatrixQueries>();
        services.AddSingleton<ReleasePageQueries>();
        services.AddSingleton<RepositoryPageQueries>();
        services.AddSingleton<RouteClaimQueries>();
        services.AddSingleton<TaskListQueries>();
        services.AddSingleton<TimelineQueries>();
        services.AddSingleton<WaitingQueries>();
        return services;
    }

    /// <summary>What people do at pages, as the caller of their circuit.</summary>
    public static IServiceCollection AddUiActions(this IServiceCollection services)
    {
        services.AddScoped<PageCaller>();
        services.AddScoped<ActionRunner>();
        services.AddScoped<BuildActions>();
        services.AddScoped<ClusterActions>();
        services.AddScoped<DeployActions>();
        services.AddScoped<FailureActions>();
        services.AddScoped<HoldActions>();
        services.AddScoped<MachineActions>();
        services.AddScoped<PromotionActions>();
        services.AddScoped<QuarantineActions>();
        services.AddScoped<RequestActions>();
        services.AddScoped<RouteActions>();
        services.AddScoped<TaskActions>();
        return services;
    }
}
