using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Commands;
using Pipeline.BuildRunner.Contract.Queries;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Http;
using Pipeline.BuildRunner.Jobs;
using Pipeline.BuildRunner.Logs;
using Pipeline.BuildRunner.Runner;
using Pipeline.BuildRunner.Sources;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Files;

namespace Pipeline.BuildRunner;

/// <summary>Adds the slice to a host.</summary>
public static class BuildRunnerModule
{
    /// <summary>Definitions, builds, their tasks and their logs.</summary>
    public static IServiceCollection AddBuildRunner(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(BuildEventKinds.All);
        services.AddOptions<BuildRunnerOptions>()
            .Configure(o =>
            {
                o.DataDirectory = configuration["DataDirectory"] ?? o.DataDirectory;
                o.PublicUrl = configuration["PublicUrl"] ?? o.PublicUrl;
            })
            .Bind(configuration.GetSection(BuildRunnerOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<BuildRunnerOptions>>().Value);
        services.AddSingleton(p => new PrivateFolder(p.GetRequiredService<BuildRunnerOptions>().Bundles))
            .AddSingleton(p => new PrivateFolder(p.GetRequiredService<BuildRunnerOptions>().Logs));
        services.AddSingleton<BuildStore>().AddSingleton<BuildWriter>().AddSingleton<RunnerWriter>().AddSingleton<ArtifactBytes>();
        services.AddSingleton<SourceBundles>().AddSingleton<CommitDefinitions>();
        services.AddSingleton<LogSignal>().AddSingleton<StepLogs>().AddSingleton<LogStream>();
        services.AddSingleton<BuildPlanning>().AddSingleton<BuildAdvance>().AddSingleton<BuildProgress>().AddSingleton<BuildCancellation>();
        services.AddSingleton<ModuleEnd>().AddSingleton<RunStates>().AddSingleton<TaskSpecs>();
        services.AddSingleton<RunnerTasks>().AddSingleton<StepReports>().AddSingleton<ResultArtifacts>().AddSingleton<TaskResults>()
            .AddSingleton<ArtifactQuota>().AddSingleton<ArtifactUploads>();
        services.AddSingletonByInternalConstructor<BuildCommands>();
        services.AddSingletonByInternalConstructor<BuildQueries>();
        services.AddTransient<AdvanceBuildJob>();
        services.AddTransientByInternalConstructor<PlanBuildJob>();
        services.AddTransientByInternalConstructor<BuildTaskEndedJob>();
        services.AddTransientByInternalConstructor<CreateReleaseJob>();
        services.AddHostedService<BuildSweep>();
        return services;
    }

    /// <summary>Builds and logs under <c>/api/v1</c>, and what tasks report under <c>/runner/v1</c>.</summary>
    public static IEndpointRouteBuilder MapBuildRunner(this IEndpointRouteBuilder routes)
    {
        BuildEndpoints.Map(routes);
        LogEndpoints.Map(routes);
        RunnerEndpoints.Map(routes);
        return routes;
    }
}
