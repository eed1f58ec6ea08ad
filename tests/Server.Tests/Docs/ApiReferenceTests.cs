using System.Text.RegularExpressions;
using Hangfire;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.ArtifactStore;
using Pipeline.BuildRunner;
using Pipeline.DeployStages;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.People;
using Pipeline.Scheduler;
using Pipeline.Server.Api;
using Pipeline.TestKit;
using Pipeline.Ui;

namespace Pipeline.Server.Tests.Docs;

/// <summary><c>docs/api.md</c> against what the slices map: methods, paths and permissions.</summary>
public sealed partial class ApiReferenceTests
{
    [Fact]
    public async Task The_reference_lists_exactly_the_endpoints_that_are_mapped()
    {
        var written = File.ReadLines(System.IO.Path.Combine(RepositoryRoot.Path, "docs", "api.md"))
            .Select(line => Row().Match(line)).Where(m => m.Success)
            .Select(m => $"{m.Groups["method"].Value} {m.Groups["path"].Value} {m.Groups["permission"].Value}")
            .ToList();
        await using var app = Map();
        var mapped = ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>().SelectMany(Describe).ToList();

        Assert.Equal(written.Count, written.Distinct().Count());
        Assert.Equal(mapped.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    // Nothing is started and nothing is resolved: the endpoints only need to know what is a service.
    private static WebApplication Map()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = System.IO.Path.GetTempPath() });
        var services = builder.Services;
        services.AddKernel("Host=/nowhere");
        services.AddSingleton<EventFlow>(_ => { });
        services.AddHangfire(_ => { });
        services.AddGitWebhooks(builder.Configuration).AddArtifactStore(builder.Configuration).AddScheduler(builder.Configuration)
            .AddBuildRunner(builder.Configuration).AddDeployStages(builder.Configuration);
        services.AddPeople();
        services.AddPipelineApi();
        services.AddPipelineUi();
        var app = builder.Build();
        app.MapGitWebhooks();
        app.MapArtifactStore();
        app.MapScheduler();
        app.MapBuildRunner();
        app.MapDeployStages();
        app.MapPeople();
        app.MapPipelineApi();
        return app;
    }

    private static IEnumerable<string> Describe(RouteEndpoint endpoint)
    {
        var path = "/" + Constraint().Replace(endpoint.RoutePattern.RawText ?? "", "").Trim('/');
        if (!path.StartsWith("/api/v1", StringComparison.Ordinal))
            return [];
        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).OfType<string>().ToList();
        var permission = policies.LastOrDefault(p => p != Permission.View) ?? policies.LastOrDefault() ?? "nobody asks";
        return endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => $"{method} {path} {permission}");
    }

    [GeneratedRegex(@"^\| (?<method>[A-Z]+) \| `(?<path>/api/v1[^`]*)` \| (?<permission>[a-z]+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(":[a-z]+(?=})")]
    private static partial Regex Constraint();
}
