using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Queries;

namespace Pipeline.Ui.Queries;

/// <summary>The stages of the policy in force, in its order.</summary>
public delegate IReadOnlyList<StageView> StagesInForce();

/// <summary>Reads across the slices' schemas, one class a page. Everything here only selects.</summary>
public static class UiQueries
{
    public static IServiceCollection AddUiQueries(this IServiceCollection services)
    {
        services.AddSingleton<StagesInForce>(p => p.GetRequiredService<StageQueries>().Stages);
        services.AddSingleton<UiDb>();
        services.AddSingleton<CommitLines>();
        services.AddSingleton<BuildPages>();
        services.AddSingleton<CommitPages>();
        services.AddSingleton<RepositoryPages>();
        services.AddSingleton<HomePages>();
        services.AddSingleton<ReleasePages>();
        services.AddSingleton<PromotionPages>();
        services.AddSingleton<ClusterPages>();
        services.AddSingleton<Timelines>();
        return services;
    }
}
