using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.ArtifactStore;
using Pipeline.BuildRunner;
using Pipeline.DeployStages;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers;
using Pipeline.People;
using Pipeline.Scheduler;
using Pipeline.Server.Api;
using Pipeline.Server.Failures;
using Pipeline.Ui;

namespace Pipeline.Server.Tests.Docs;

/// <summary>The endpoints of all slices. Nothing is started and nothing is resolved: they only need to know what is a service.</summary>
internal static class MappedApi
{
    public static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = Path.GetTempPath() });
        var services = builder.Services;
        services.AddKernel("Host=/nowhere");
        services.AddSingleton<EventFlow>(_ => { });
        services.AddHangfire(_ => { });
        services.AddGitWebhooks(builder.Configuration).AddArtifactStore(builder.Configuration).AddScheduler(builder.Configuration)
            .AddBuildRunner(builder.Configuration).AddDeployStages(builder.Configuration);
        services.AddPeople(builder.Configuration);
        services.AddLoadBalancers(builder.Configuration);
        services.AddPipelineApi();
        services.AddPipelineUi();
        var app = builder.Build();
        app.MapGitWebhooks();
        app.MapArtifactStore();
        app.MapScheduler();
        app.MapBuildRunner();
        app.MapDeployStages();
        app.MapPeople();
        app.MapLoadBalancers();
        app.MapPipelineApi();
        app.MapFailures();
        return app;
    }
}
