using Pipeline.LoadBalancers.Core;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.LoadBalancers.Tests;

public sealed class ProxyPlannerTests
{
    [Fact]
    public void Each_stage_and_route_has_one_route_with_all_its_instances_behind_it()
    {
        var plan = ProxyPlanner.Plan(
            [Instance("a.1", "production", "/api"), Instance("a.2", "production", "/api"), Instance("b.1", "infra-qa", "/api")]);

        Assert.Equal(["/apps/infra-qa/api/{**rest}", "/apps/production/api/{**rest}"], plan.Routes.Select(r => r.Match.Path).Order());
        var production = plan.Clusters.Single(c => c.ClusterId == "production/api");
        Assert.Equal(
            ["http://a.1.example:31000/", "http://a.2.example:31000/"], production.Destinations!.Values.Select(d => d.Address).Order());
        Assert.Equal("RoundRobin", production.LoadBalancingPolicy);
        Assert.All(plan.Routes, r => Assert.Equal(r.RouteId, r.ClusterId));
    }

    [Theory]
    [InlineData("/api", "/apps/production/api/{**rest}", "/apps/production/api")]
    [InlineData("api/", "/apps/production/api/{**rest}", "/apps/production/api")]
    [InlineData("/api/v2", "/apps/production/api/v2/{**rest}", "/apps/production/api/v2")]
    [InlineData("/", "/apps/production/{**rest}", "/apps/production")]
    public void The_prefix_is_matched_and_taken_off(string route, string path, string prefix)
    {
        var planned = Assert.Single(ProxyPlanner.Plan([Instance("a.1", "production", route)]).Routes);

        Assert.Equal(path, planned.Match.Path);
        Assert.Equal(prefix, Assert.Single(planned.Transforms!)["PathRemovePrefix"]);
    }

    [Theory]
    [InlineData(null, "/api")]
    [InlineData("production", null)]
    public void What_has_no_stage_or_no_route_gets_no_traffic(string? stage, string? route)
    {
        var plan = ProxyPlanner.Plan([Instance("a.1", stage, route)]);

        Assert.Empty(plan.Routes);
        Assert.Empty(plan.Clusters);
    }

    private static HealthyInstance Instance(string task, string? stage, string? route) =>
        new("production", stage, "web", "v1", task, $"{task}.example", 31000, route);
}
