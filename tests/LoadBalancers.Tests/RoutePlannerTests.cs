using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Core;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>Who may have which route, without a database.</summary>
public sealed class RoutePlannerTests
{
    private static readonly RepositoryId Shop = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));
    private static readonly RepositoryId Other = new(Guid.Parse("01900000-0000-7000-8000-000000000002"));

    [Theory]
    [InlineData("/shop", "/shop")]
    [InlineData("/shop", "/SHOP/")]
    [InlineData("/shop", "/shop/v2")]
    [InlineData("/shop/v2", "/shop")]
    [InlineData("/", "/")]
    public void What_another_repository_has_is_taken_and_so_is_all_above_and_below_it(string owned, string wanted)
    {
        var conflict = Assert.Single(RoutePlanner.Conflicts(Wanted(("web", wanted)), [Owner(owned, Other, "theirs")]));

        Assert.Equal((owned, Other, "theirs"), (conflict.Taken, conflict.Repository, conflict.Owner));
        Assert.Equal(("web", wanted), (conflict.Wanted.Deployable, conflict.Wanted.Route));
    }

    [Theory]
    [InlineData("/shop", "/shops")]
    [InlineData("/shop/v1", "/shop/v2")]
    [InlineData("/", "/shop")]
    [InlineData("/shop", "/")]
    public void What_lies_beside_it_is_free_and_so_is_what_the_root_leaves(string owned, string wanted) =>
        Assert.Empty(RoutePlanner.Conflicts(Wanted(("web", wanted)), [Owner(owned, Other, "theirs")]));

    [Fact]
    public void A_repository_may_divide_a_path_among_its_own_deployables() => Assert.Empty(
        RoutePlanner.Conflicts(Wanted(("web", "/shop"), ("api", "/shop/api")), [Owner("/shop", Shop, "web")]));

    [Fact]
    public void Who_has_exactly_the_route_keeps_it_though_another_has_the_one_above() => Assert.Empty(
        RoutePlanner.Conflicts(Wanted(("api", "/shop/api")), [Owner("/shop", Other, "theirs"), Owner("/shop/api", Shop, "api")]));

    [Fact]
    public void Of_two_deployables_of_one_release_the_owner_has_the_route_else_the_first_by_name()
    {
        var twice = Wanted(("web", "/shop"), ("api", "/Shop/"));

        var free = Assert.Single(RoutePlanner.Conflicts(twice, []));
        Assert.Equal(("web", "api", Shop), (free.Wanted.Deployable, free.Owner, free.Repository));
        Assert.Equal("api", Assert.Single(RoutePlanner.Conflicts(twice, [Owner("/shop", Shop, "web")])).Wanted.Deployable);
        Assert.Equal([new WantedRoute("api", "/Shop/")], RoutePlanner.Unowned(twice, []));
    }

    [Fact]
    public void Only_what_nobody_has_is_taken() => Assert.Equal(
        [new WantedRoute("web", "/new")],
        RoutePlanner.Unowned(Wanted(("web", "/new"), ("api", "/api")), [Owner("/api", Shop, "api"), Owner("/x", Other, "x")]));

    [Fact]
    public void A_route_passes_on_within_its_repository_when_its_owner_no_longer_names_it()
    {
        var renamed = Wanted(("shop", "/web"));
        Assert.Empty(RoutePlanner.Conflicts(renamed, [Owner("/web", Shop, "web")]));
        Assert.Equal([new WantedRoute("shop", "/web")], RoutePlanner.Inherited(renamed, [Owner("/web", Shop, "web")]));

        Assert.Empty(RoutePlanner.Inherited(Wanted(("web", "/web")), [Owner("/web", Shop, "web")]));
        Assert.Empty(RoutePlanner.Inherited(renamed, [Owner("/web", Other, "web")]));
        Assert.Empty(RoutePlanner.Inherited(renamed, []));
    }

    private static WantedRoutes Wanted(params (string Deployable, string Route)[] routes) =>
        new("production", Shop, [.. routes.Select(r => new WantedRoute(r.Deployable, r.Route))]);

    private static RouteOwner Owner(string route, RepositoryId repository, string deployable) =>
        new("production", route, repository, deployable, DateTimeOffset.UnixEpoch, "system:test");
}
