using System.Reflection;
using Hangfire;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.ArtifactStore;
using Pipeline.BuildRunner;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.GitWebhooks;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.LoadBalancers;
using Pipeline.LoadBalancers.Contract;
using Pipeline.People;
using Pipeline.Scheduler;
using Pipeline.Server.Api;
using Pipeline.Server.Failures;
using Pipeline.Server.Http;
using Pipeline.Server.Jobs;
using Pipeline.Ui;
using Serilog;

namespace Pipeline.Server;

/// <summary>The composition root: which parts there are and how they are wired.</summary>
internal static class PipelineHost
{
    // The host's word for what Program shows to the person who started it.
    private const string StartFailed = "Hosting failed to start";

    private static readonly string[] ListenKeys = ["Urls", "HTTP_PORTS", "HTTPS_PORTS", "Kestrel:Endpoints"];

    /// <summary>Whose migrations run, in this order.</summary>
    public static IReadOnlyList<Assembly> Slices { get; } =
    [
        typeof(GitWebhooksModule).Assembly, typeof(ArtifactStoreModule).Assembly, typeof(SchedulerModule).Assembly,
        typeof(BuildRunnerModule).Assembly, typeof(LoadBalancersModule).Assembly, typeof(DeployStagesModule).Assembly,
        typeof(PeopleModule).Assembly,
    ];

    /// <param name="settings">Last word over files and environment: what the command line says, or <c>up</c> found and started.</param>
    public static WebApplication Build(IReadOnlyDictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration
            .AddInMemoryCollection(EnvironmentSettings.Read(Environment.GetEnvironmentVariables())).AddInMemoryCollection(settings);
        // Last resort, after the framework's own ways to say where to listen.
        if (!ListenKeys.Any(key => builder.Configuration.GetSection(key).Exists()))
            builder.Configuration["Urls"] = "http://*:8080";
        builder.Services.AddSerilog(logging => logging
            .ReadFrom.Configuration(builder.Configuration).Filter.ByExcluding(said => said.MessageTemplate.Text == StartFailed));
        builder.WebHost.UseStaticWebAssets();

        var connectionString = builder.Configuration.GetConnectionString("Pipeline")
            ?? throw new UsageException(
                "ConnectionStrings:Pipeline is not set. Name a PostgreSQL database, or use ./up, which brings its own.");
        RequireReadable(connectionString);
        AddParts(builder.Services, builder.Configuration, connectionString);
        var app = builder.Build();
        // Before anything is written: all errors of all settings at once.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        Migrator.Migrate(connectionString, Slices);
        MapParts(app);
        return app;
    }

    // Npgsql names the key that it does not know, never a value.
    private static void RequireReadable(string connectionString)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(
                $"ConnectionStrings:Pipeline cannot be read: {e.Message} Write Host=…;Username=…;Password=…;Database=…", e);
        }
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
        services.AddSingleton(p => new StageNames(() => [.. p.GetRequiredService<StageQueries>().Stages().Select(s => s.Name)]));

        services.AddHttpContextAccessor();
        services.AddPipelineHttp(configuration);
        services.AddPeople(configuration);
        services.AddPipelineApi();
        services.AddPipelineMetrics();
        services.AddLoadBalancers(configuration);
        services.AddSingleton(p => new KnownRepositories(
            async (id, ct) => await p.GetRequiredService<RepositoryQueries>().GetAsync(id, ct) is not null));
        services.AddPipelineUi();
    }

    private static void MapParts(WebApplication app)
    {
        UseChecks(app);
        MapApi(app);
        app.MapPipelineMetrics();
        app.MapHangfireDashboardWithAuthorizationPolicy(Permission.Administer, "/hangfire");
        app.MapPipelineUi();
    }

    /// <summary>What answers programs.</summary>
    public static void MapApi(WebApplication app)
    {
        app.MapGitWebhooks();
        app.MapArtifactStore();
        app.MapScheduler();
        app.MapBuildRunner();
        app.MapDeployStages();

        app.MapPeople();
        app.MapPipelineApi();
        app.MapFailures();
        app.MapLoadBalancers();
    }

    /// <summary>What a request passes before an endpoint sees it, in this order.</summary>
    public static void UseChecks(IApplicationBuilder app)
    {
        app.UsePipelineHttp();
        app.UseWhen(IsForPrograms, branch => branch.UseExceptionHandler().UseStatusCodePages());
        app.UseWhen(context => !IsForPrograms(context), branch => branch.UseExceptionHandler("/error", createScopeForErrors: true));
        app.UseAuthentication();
        app.UseMiddleware<BodyLimit>();
        app.UseAuthorization();
    }

    // Pages answer people with pages; everything else answers with problems.
    private static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/metrics")
        || context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/hooks")
        || context.Request.Path.StartsWithSegments("/runner");
}
