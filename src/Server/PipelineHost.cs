using System.Reflection;
using Hangfire;
using Pipeline.ArtifactStore;
using Pipeline.BuildRunner;
using Pipeline.DeployStages;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.LoadBalancers;
using Pipeline.People;
using Pipeline.Scheduler;
using Pipeline.Server.Api;
using Pipeline.Server.Jobs;
using Pipeline.Ui;
using Serilog;

namespace Pipeline.Server;

/// <summary>The composition root: which parts there are and how they are wired.</summary>
internal static class PipelineHost
{
    /// <summary>Whose migrations run, in this order.</summary>
    public static IReadOnlyList<Assembly> Slices { get; } =
    [
        typeof(GitWebhooksModule).Assembly, typeof(ArtifactStoreModule).Assembly, typeof(SchedulerModule).Assembly,
        typeof(BuildRunnerModule).Assembly, typeof(DeployStagesModule).Assembly, typeof(PeopleModule).Assembly,
    ];

    /// <param name="settings">Last word over files and environment: what <c>up</c> found or started.</param>
    public static WebApplication Build(string[] arguments, IReadOnlyDictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = arguments, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables("PIPELINE_").AddInMemoryCollection(settings);
        builder.Services.AddSerilog(logging => logging.ReadFrom.Configuration(builder.Configuration));
        builder.WebHost.UseStaticWebAssets();

        var connectionString = builder.Configuration.GetConnectionString("Pipeline")
            ?? throw new UsageException(
                "ConnectionStrings:Pipeline is not set. Name a PostgreSQL database, or use ./up, which brings its own.");
        AddParts(builder.Services, builder.Configuration, connectionString);
        var app = builder.Build();
        Migrator.Migrate(connectionString, Slices);
        MapParts(app);
        return app;
    }

    /// <summary>Everything that the server is made of, without starting any of it.</summary>
    public static void AddParts(IServiceCollection services, IConfiguration configuration, string connectionString)
    {
        services.AddKernel(connectionString);
        services.AddHangfireOnPostgres();
        services.AddSingleton<StatusFlow>();
        services.AddSingleton<Flow>();
        services.AddSingleton<EventFlow>(provider => appended => provider.GetRequiredService<Flow>().On(appended));

        services.AddGitWebhooks(configuration);
        services.AddArtifactStore(configuration);
        services.AddScheduler(configuration);
        services.AddBuildRunner(configuration);
        services.AddDeployStages(configuration);

        services.AddHttpContextAccessor();
        services.AddPeople();
        services.AddPipelineApi();
        services.AddPipelineMetrics();
        services.AddLoadBalancers();
        services.AddPipelineUi();
    }

    private static void MapParts(WebApplication app)
    {
        app.UseWhen(IsForPrograms, branch => branch.UseExceptionHandler().UseStatusCodePages());
        app.UseWhen(context => !IsForPrograms(context), branch => branch.UseExceptionHandler("/error", createScopeForErrors: true));
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapGitWebhooks();
        app.MapArtifactStore();
        app.MapScheduler();
        app.MapBuildRunner();
        app.MapDeployStages();

        app.MapPeople();
        app.MapPipelineApi();
        app.MapPipelineMetrics();
        app.MapLoadBalancers();
        app.MapHangfireDashboardWithAuthorizationPolicy(Permission.Administer, "/hangfire");
        app.MapPipelineUi();
    }

    // Pages answer people with pages; everything else answers with problems.
    private static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/metrics")
        || context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/hooks")
        || context.Request.Path.StartsWithSegments("/runner");
}
