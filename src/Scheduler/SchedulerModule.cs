using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Contract.Signing;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Http;
using Pipeline.Scheduler.Http.Validation;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler;

/// <summary>Puts the scheduler into a host.</summary>
public static class SchedulerModule
{
    /// <summary>
    /// Registers the loops, the contract and the options. Another slice registers a <see cref="CurrentTrust"/> and a
    /// <see cref="SignRunOverride"/>: without them, nothing that must be trusted is launched.
    /// </summary>
    public static IServiceCollection AddScheduler(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(SchedulerEventKinds.All);
        services.AddMetrics();
        AddOptions(services, configuration);
        AddLoops(services);
        AddSandboxes(services);
        services.AddSingleton<CommandStore>();
        services.AddSingleton<QuarantineStore>();
        return services.AddSingletonByInternalConstructor<SchedulerCommands>()
            .AddSingletonByInternalConstructor<OperatorCommands>()
            .AddSingletonByInternalConstructor<QuarantineCommands>()
            .AddSingletonByInternalConstructor<QuarantineQueries>()
            .AddSingletonByInternalConstructor<SchedulerQueries>()
            .AddSingletonByInternalConstructor<WhyQueries>()
            .AddSingletonByInternalConstructor<RunnerAuth>()
            .AddSingletonByInternalConstructor<TaskUsage>()
            .AddSingletonByInternalConstructor<TaskFiles>();
    }

    /// <summary>Maps the scheduler's part of <c>/api/v1</c> and of <c>/runner/v1</c>.</summary>
    public static IEndpointRouteBuilder MapScheduler(this IEndpointRouteBuilder routes)
    {
        RunnerEndpoints.Map(routes);
        var clean = routes.MapGroup("").AddEndpointFilter(CleanText.Filter);
        ClusterEndpoints.Map(clean);
        CommandEndpoints.Map(clean);
        MachineEndpoints.Map(clean);
        RequestEndpoints.Map(clean);
        DeployEndpoints.Map(clean);
        QuarantineEndpoints.Map(clean);
        TaskEndpoints.Map(clean);
        SandboxEndpoints.Map(clean);
        return routes;
    }

    private static void AddOptions(IServiceCollection services, IConfiguration configuration) => services.AddOptions<SchedulerOptions>()
        .Configure(o =>
        {
            o.PublicUrl = configuration["PublicUrl"] ?? o.PublicUrl;
            o.ServerKeyPath = Path.Combine(configuration["DataDirectory"] is { Length: > 0 } data ? data : "data", "keys", "server.key");
        })
        .Bind(configuration.GetSection(SchedulerOptions.Section))
        .Configure(o => configuration.GetSection("Clusters").Bind(o.Clusters))
        .ValidateDataAnnotations()
        .ValidateOnStart()
        .Services.AddSingleton<IValidateOptions<SchedulerOptions>, SchedulerOptionsCheck>();

    private static void AddLoops(IServiceCollection services)
    {
        services.AddSingleton<LoopStatusBoard>();
        services.AddSingleton<SchedulerMetrics>();
        services.AddSingleton(p => new LoopMonitor(
            p.GetRequiredService<LoopStatusBoard>(), p.GetRequiredService<SchedulerMetrics>(),
            p.GetRequiredService<ILoggerFactory>().CreateLogger("Pipeline.Scheduler")));
        services.AddSingleton(p => ServerKey.LoadOrCreate(p.GetRequiredService<IOptions<SchedulerOptions>>().Value.ServerKeyPath));
        services.AddSingleton(p => new RunnerBinary(p.GetRequiredService<IOptions<SchedulerOptions>>().Value.TaskRunnerPath));
        services.AddSingleton(p => new TrustVersion(p.GetService<CurrentTrust>()));
        services.AddSingleton(p => new RunSigning(p.GetService<SignRunOverride>()));
        services.AddSingleton(p => new LaunchDefaults(p.GetRequiredService<IOptions<SchedulerOptions>>().Value.TaskUser));
        services.AddSingleton<TrustCheck>(p => TrustVerification.By(p.GetService<CurrentTrust>()));
        services.AddSingleton<Func<string, ClusterDatabase>>(p => cluster => new ClusterDatabase(
            p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<Journal>(), p.GetRequiredService<TimeProvider>(), cluster));
        services.AddSingleton<Func<string, LaunchBuilder>>(p => cluster => new LaunchBuilder(
            p.GetRequiredService<IOptions<SchedulerOptions>>().Value, p.GetRequiredService<ServerKey>(),
                p.GetRequiredService<RunnerBinary>(),
            cluster));
        services.AddHostedService<SchedulerHost>();
    }

    private static void AddSandboxes(IServiceCollection services)
    {
        services.AddSingleton<AgentClients>();
        services.AddSingleton<SandboxStore>();
        services.AddSingleton<SandboxReader>();
        services.AddSingleton<SandboxLog>();
        services.AddSingleton<SandboxLogStream>();
        services.AddSingleton<UsageSampler>();
        services.AddHostedService(p => p.GetRequiredService<UsageSampler>());
    }
}
