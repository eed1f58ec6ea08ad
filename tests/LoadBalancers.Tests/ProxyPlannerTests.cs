using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Core;
using Pipeline.Scheduler.Contract.Routes;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.LoadBalancers.Tests;

public sealed class ProxyPlannerTests
{
    private static readonly RepositoryId Shop = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));
    private static readonly RepositoryId Thief = new(Guid.Parse("01900000-0000-7000-8000-000000000002"));

    [Fact]
    public void Each_stage_and_route_has_one_route_with_all_its_instances_behind_it()
    {
        var plan = ProxyPlanner.Plan(
            [Instance("a.1", "production", "/api"), Instance("a.2", "production", "/api"), Instance("b.1", "infra-qa", "/api")],
            [Owner("production", "/api"), Owner("infra-qa", "/api")]);

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
        var planned = Assert.Single(ProxyPlanner.Plan([Instance("a.1", "production", route)], [Owner("production", route)]).Routes);

        Assert.Equal(path, planned.Match.Path);
        Assert.Equal(prefix, Assert.Single(planned.Transforms!)["PathRemovePrefix"]);
    }

    [Theory]
    [InlineData("/r{")]
    [InlineData("/a*")]
    [InlineData("/{**all}")]
    [InlineData("/{id:int}")]
    [InlineData("/a%2Fb")]
    [InlineData("/a//b")]
    [InlineData("/a/../b")]
    [InlineData("/é")]
    public void A_route_that_no_router_can_have_gets_no_traffic_and_stops_no_other(string bad)
    {
        var plan = ProxyPlanner.Plan(
            [Instance("a.1", "production", bad), Instance("b.1", "production", "/api")],
            [Owner("production", bad), Owner("production", "/api")]);

        Assert.Equal("/apps/production/api/{**rest}", Assert.Single(plan.Routes).Match.Path);
        Assert.Equal(bad, Assert.Single(plan.Refused).Route);
    }

    [Fact]
    public void Routes_that_differ_in_case_only_are_one_route_to_the_router()
    {
        var plan = ProxyPlanner.Plan(
            [Instance("a.1", "production", "/API"), Instance("a.2", "production", "/api/")], [Owner("production", "/api")]);

        Assert.Single(plan.Routes);
        Assert.Equal(2, Assert.Single(plan.Clusters).Destinations!.Count);
    }

    [Fact]
    public void Stages_that_differ_in_case_only_have_one_path_and_the_first_has_it()
    {
        var plan = ProxyPlanner.Plan(
            [Instance("a.1", "Production", "/api"), Instance("b.1", "production", "/api")],
            [Owner("Production", "/api"), Owner("production", "/api")]);

        Assert.Equal("/apps/Production/api", Assert.Single(plan.Routes).Metadata![ProxyPlanner.Prefix]);
        Assert.Equal(["a.1"], Assert.Single(plan.Clusters).Destinations!.Keys);
    }

    [Fact]
    public void Traffic_goes_to_the_owners_instances_only_whoever_else_names_the_route()
    {
        var plan = ProxyPlanner.Plan(
            [
                Instance("a.1", "production", "/api"),
                Instance("other-repository.1", "production", "/API/") with { Repository = Thief },
                Instance("same-repository.1", "production", "/api") with { Deployable = "web2" },
                Instance("nobodys.1", "production", "/api") with { Repository = null },
            ],
            [Owner("production", "/api")]);

        Assert.Equal(["a.1"], Assert.Single(plan.Clusters).Destinations!.Keys);
        Assert.Equal("web", Assert.Single(plan.Routes).Metadata![ProxyPlanner.Deployable]);
    }

    [Fact]
    public void A_route_whose_owner_has_no_healthy_instance_is_nobodys()
    {
        var plan = ProxyPlanner.Plan([Instance("a.1", "production", "/api") with { Repository = Thief }], [Owner("production", "/api")]);

        Assert.Empty(plan.Routes);
        Assert.Empty(plan.Clusters);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api")]
    public void What_is_sent_to_an_owner_without_instances_goes_to_nobody_who_has_a_route_above(string above)
    {
        var theirs = Owner("production", above) with { Repository = Thief, Deployable = "theirs" };
        var plan = ProxyPlanner.Plan(
            [Instance("t.1", "production", above) with { Repository = Thief, Deployable = "theirs" }],
            [theirs, Owner("production", "/api/v2"), Owner("production", "/other"), Owner("infra-qa", "/api/v2")]);

        string[] closed = above == "/" ? ["production/api/v2", "production/other"] : ["production/api/v2"];
        Assert.Equal(closed, plan.Clusters.Where(c => c.Destinations!.Count == 0).Select(c => c.ClusterId).Order());
        Assert.Equal([$"production{above}"], plan.Clusters.Where(c => c.Destinations!.Count > 0).Select(c => c.ClusterId));
        Assert.Equal(plan.Clusters.Select(c => c.ClusterId).Order(), plan.Routes.Select(r => r.ClusterId).Order());
    }

    [Theory]
    [InlineData(null, "/api")]
    [InlineData("production", null)]
    public void What_has_no_stage_or_no_route_gets_no_traffic(string? stage, string? route)
    {
        var plan = ProxyPlanner.Plan([Instance("a.1", stage, route)], [Owner("production", "/api")]);

        Assert.Empty(plan.Routes);
        Assert.Empty(plan.Clusters);
    }

    private static HealthyInstance Instance(string task, string? stage, string? route) =>
        new("production", stage, "web", "v1", task, $"{task}.example", 31000, route) { Repository = Shop, Deployable = "web" };

    private static RouteOwner Owner(string stage, string route) =>
        new(stage, RoutePath.Normalize(route), Shop, "web", DateTimeOffset.UnixEpoch, "system:test");
}
