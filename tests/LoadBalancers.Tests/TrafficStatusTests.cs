using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Core;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>What pages say of a service that runs.</summary>
public sealed class TrafficStatusTests
{
    private static readonly RepositoryId Shop = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));
    private static readonly Dictionary<(string, string), ServedRoute> Served = new()
    {
        [("production", "/shop")] = new ServedRoute("web", new Uri("https://apps.example/apps/production/shop/"), 2),
    };

    [Theory]
    [InlineData(null, "Gets no traffic: it has no route.")]
    [InlineData("/r{", "Gets no traffic: '/r{' cannot be a route. " + RoutePath.Rule)]
    [InlineData("/free", "Gets no traffic at /free: nobody has this route yet.")]
    [InlineData("/idle", "Gets no traffic at /idle: no instance is healthy.")]
    [InlineData("/Theirs/",
        "Gets no traffic at /theirs: thief has this route in production. "
        + "Name another one in .pipeline.yaml, or have an operator transfer it.")]
    public void A_service_that_gets_no_traffic_says_why(string? route, string problem)
    {
        var status = TrafficStatus.Of(Service(route), Owners, Served);

        Assert.Equal((problem, null, 0), (status.Problem, status.Url, status.Instances));
        Assert.Equal(("web", "production", route), (status.Deployable, status.Stage, status.Route));
    }

    [Fact]
    public void A_service_that_gets_traffic_says_where_and_for_how_many_instances()
    {
        var status = TrafficStatus.Of(Service("/Shop/"), Owners, Served);

        Assert.Null(status.Problem);
        Assert.Equal(("https://apps.example/apps/production/shop/", 2), (status.Url?.ToString(), status.Instances));
        Assert.Equal(("lab", "web.production"), (status.Cluster, status.RequestId));
    }

    [Fact]
    public void Another_deployable_of_the_same_repository_is_not_the_owner() =>
        Assert.StartsWith(
            "Gets no traffic at /shop: web has this route",
            TrafficStatus.Of(Service("/shop") with { Deployable = "api" }, Owners, Served).Problem, StringComparison.Ordinal);

    [Fact]
    public void A_route_says_who_has_it_and_whether_something_answers()
    {
        var answers = TrafficStatus.Of(Owners[0], Served);
        Assert.Equal(("web", "/shop", 2, null), (answers.Deployable, answers.Route, answers.Instances, answers.Problem));

        var silent = TrafficStatus.Of(Owners[1], Served);
        Assert.Null(silent.Url);
        Assert.Equal("No instance of web in production is healthy with this route.", silent.Problem);
    }

    private static RouteOwner[] Owners =>
    [
        Owner("/shop", Shop, "web"), Owner("/idle", Shop, "web"), Owner("/theirs", new RepositoryId(Guid.NewGuid()), "thief"),
    ];

    private static RouteOwner Owner(string route, RepositoryId repository, string deployable) =>
        new("production", route, repository, deployable, DateTimeOffset.UnixEpoch, "system:test");

    private static ServiceDeploy Service(string? route) => new(
        "lab", "v1", "web.production", "production", Shop, "web", route, IsActive: true, DateTimeOffset.UnixEpoch);
}
