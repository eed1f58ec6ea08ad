using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Http;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler;

public static class SchedulerModule
{
    /// <summary>
    /// The loops, the doors and the options. Another slice gives a <see cref="Attestation.CurrentTrust"/>: without one, nothing that
    /// must be trusted is launched.
    /// </summary>
    public static IServiceCollection AddScheduler(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(SchedulerEventKinds.All);
        services.AddOptions<SchedulerOptions>()
            .Bind(configuration.GetSection(SchedulerOptions.Section))
            .Configure(o => configuration.GetSection("Clusters").Bind(o.Clusters))
            .ValidateDataAnnotations()
            .Validate(
                o => o.Clusters.Values.All(c => c.Masters.Count > 0 && c.Masters.All(m => Uri.TryCreate(m, UriKind.Absolute, out _))),
                "Every cluster needs Clusters:<name>:Masters, a list of base URLs such as http://host:5050.")
            .Validate(o => o.FailoverTimeout >= TimeSpan.FromDays(7), "Scheduler:FailoverTimeout must be at least a week (7.00:00:00).")
            .ValidateOnStart();
        services.AddSingleton<OfferBoard>();
        services.AddMetrics();
        services.AddSingleton<SchedulerMetrics>();
        services.AddSingleton(p => ServerKey.LoadOrCreate(p.GetRequiredService<IOptions<SchedulerOptions>>().Value.ServerKeyPath));
        services.AddSingleton(p => new RunnerBinary(p.GetRequiredService<IOptions<SchedulerOptions>>().Value.TaskRunnerPath));
        services.AddHostedService<SchedulerHost>();
        services.AddSingleton<SchedulerCommands>();
        services.AddSingleton<OperatorCommands>();
        services.AddSingleton<WhyQueries>();
        services.AddSingleton(p => new SchedulerQueries(
            p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<OfferBoard>(),
            p.GetRequiredService<IOptions<SchedulerOptions>>().Value));
        services.AddSingleton(p => new RunnerAuth(
            p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<ServerKey>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AgentClients>();
        services.AddSingleton<UsageSampler>();
        services.AddHostedService(p => p.GetRequiredService<UsageSampler>());
        services.AddSingleton(p => new TaskUsage(p.GetRequiredService<UsageSampler>(), p.GetRequiredService<SandboxStore>()));
        services.AddSingleton<QuarantineStore>();
        services.AddSingleton(p => new Quarantine(p.GetRequiredService<QuarantineStore>()));
        services.AddSingleton<SandboxStore>();
        services.AddSingleton<SandboxReader>();
        services.AddSingleton(p => new TaskFiles(p.GetRequiredService<SandboxStore>(), p.GetRequiredService<SandboxReader>()));
        services.AddSingleton<SandboxLog>();
        services.AddSingleton<SandboxLogStream>();
        return services;
    }

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
}
