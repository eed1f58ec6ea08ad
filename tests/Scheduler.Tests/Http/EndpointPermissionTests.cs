using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>Who may call which endpoint: everybody who may view reads, operators change, and a task proves itself by its ticket.</summary>
public sealed class EndpointPermissionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Reading_needs_view_changing_needs_operate_and_only_runners_need_nothing()
    {
        await using var app = await ClusterServer.StartAsync("http://127.0.0.1:1", "#!/bin/sh\n");
        var endpoints = EndpointsOf(app);
        Assert.True(endpoints.Count > 50, $"only {endpoints.Count} endpoints");
        foreach (var endpoint in endpoints)
        {
            var method = MethodOf(endpoint);
            var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).Distinct().ToList();
            var open = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            var pattern = endpoint.RoutePattern.RawText!;
            Assert.Equal((pattern, pattern.StartsWith("/runner/v1", StringComparison.Ordinal)), (pattern, open));
            if (!open)
                Assert.Contains(method == "GET" ? Permission.View : Permission.Operate, policies);
        }
    }

    [Theory]
    [InlineData(Permission.View, "GET")]
    [InlineData(Permission.Operate, "POST")]
    public async Task Every_other_permission_together_is_not_enough(string missing, string method)
    {
        await using var app = await ClusterServer.StartAsync("http://127.0.0.1:1", "#!/bin/sh\n", [.. Permission.All.Except([missing])]);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        foreach (var endpoint in EndpointsOf(app).Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null
            && (MethodOf(e) == "GET") == (method == "GET")))
        {
            using var request = new HttpRequestMessage(new HttpMethod(MethodOf(endpoint)), PathOf(endpoint));
            using var response = await http.SendAsync(request, None);
            Assert.Equal((endpoint.DisplayName, HttpStatusCode.Forbidden), (endpoint.DisplayName, response.StatusCode));
        }

        Assert.Empty((await app.Services.GetRequiredService<SchedulerQueries>().RequestsAsync("test", None)));
    }

    [Fact]
    public async Task Every_endpoint_has_a_name_of_its_own()
    {
        await using var app = await ClusterServer.StartAsync("http://127.0.0.1:1", "#!/bin/sh\n");
        var names = EndpointsOf(app).Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(e => e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName).ToList();
        Assert.DoesNotContain(null, names);
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
    }

    private static List<RouteEndpoint> EndpointsOf(WebApplication app) =>
        [.. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    private static string MethodOf(RouteEndpoint endpoint) => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods[0];

    private static string PathOf(RouteEndpoint endpoint) => endpoint.RoutePattern.Parameters.Aggregate(
        endpoint.RoutePattern.RawText!.Replace("{*path}", "stdout", StringComparison.Ordinal)
            .Replace("{id:long}", "1", StringComparison.Ordinal),
        (path, p) => path.Replace($"{{{p.Name}}}", p.Name == "name" ? "test" : "web", StringComparison.Ordinal));
}
