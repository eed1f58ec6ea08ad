using Hangfire;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Http;
using Pipeline.BuildRunner.Jobs;
using Pipeline.BuildRunner.Logs;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel.Events;

namespace Pipeline.BuildRunner;

public static class BuildRunnerModule
{
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
        services.AddSingleton<BuildStore>();
        services.AddSingleton<BuildWriter>();
        services.AddSingleton<RunnerWriter>();
        services.AddSingleton<SourceBundles>();
        services.AddSingleton<BuildDoors>();
        services.AddSingleton<GitDoors>();
        services.AddSingleton<RunnerDoors>();
        services.AddSingleton<LogBell>();
        services.AddSingleton<StepLogs>();
        services.AddSingleton<LogStream>();
        services.AddSingleton<ModuleEnd>();
        services.AddSingleton<TaskEnds>();
        services.AddSingleton<BuildAdvance>();
        services.AddSingleton<RunnerDesk>();
        services.AddSingleton(p => new BuildCommands(
            p.GetRequiredService<CommitCommands>(), p.GetRequiredService<SourceQueries>(), p.GetRequiredService<BuildWriter>(),
            p.GetRequiredService<Journal>(), p.GetRequiredService<IBackgroundJobClient>(), p.GetRequiredService<BuildDoors>()));
        services.AddTransient<PlanBuildJob>();
        services.AddTransient<CreateReleaseJob>();
        services.AddTransient(p => new AdvanceBuildJob(p.GetRequiredService<BuildAdvance>()));
        services.AddTransient(p => new BuildTaskEndedJob(
            p.GetRequiredService<RunnerWriter>(), p.GetRequiredService<BuildStore>(), p.GetRequiredService<TaskEnds>(),
            p.GetRequiredService<BuildAdvance>()));
        services.AddHostedService<BuildSweep>();
        return services;
    }

    public static IEndpointRouteBuilder MapBuildRunner(this IEndpointRouteBuilder routes)
    {
        BuildEndpoints.Map(routes);
        LogEndpoints.Map(routes);
        RunnerEndpoints.Map(routes);
        return routes;
    }
}
