using Microsoft.AspNetCore.Routing.Patterns;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>The rule for routes is held against the router that reads them.</summary>
public sealed class RoutePathTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/shop")]
    [InlineData("/shop/")]
    [InlineData("/shop/v2.1/~me/A-b_c")]
    [InlineData("/...")]
    public void A_path_of_literal_segments_can_be_a_route(string path) => Assert.True(RoutePath.IsLiteral(path));

    [Theory]
    [InlineData("")]
    [InlineData("shop")]
    [InlineData("//")]
    [InlineData("//shop")]
    [InlineData("/shop//")]
    [InlineData("/a//b")]
    [InlineData("/.")]
    [InlineData("/a/../b")]
    [InlineData("/a b")]
    [InlineData("/a\n")]
    [InlineData("/é")]
    [InlineData("/%41")]
    [InlineData("/a;b")]
    [InlineData("/a:80")]
    public void Any_other_path_cannot(string path) => Assert.False(RoutePath.IsLiteral(path));

    [Fact]
    public void A_path_has_a_longest_length()
    {
        Assert.True(RoutePath.IsLiteral("/" + new string('a', RoutePath.Longest - 1)));
        Assert.False(RoutePath.IsLiteral("/" + new string('a', RoutePath.Longest)));
    }

    [Fact]
    public void Of_every_character_that_is_allowed_the_router_makes_a_literal()
    {
        var taken = Enumerable.Range(0, char.MaxValue).Select(c => (char)c).Where(c => c != '/' && RoutePath.IsLiteral($"/a{c}b")).ToList();

        Assert.Equal(66, taken.Count);
        foreach (var c in taken)
        {
            var pattern = RoutePatternFactory.Parse($"/apps/production/a{c}b/{{**rest}}");
            Assert.Equal($"a{c}b", Assert.IsType<RoutePatternLiteralPart>(Assert.Single(pattern.PathSegments[2].Parts)).Content);
        }
    }

    [Theory]
    [InlineData("/shop", "/shop")]
    [InlineData("shop/", "/shop")]
    [InlineData("/Shop/V2/", "/shop/v2")]
    [InlineData("/", "/")]
    [InlineData("", "/")]
    public void All_forms_of_a_path_have_one_that_they_are_known_by(string path, string normal) =>
        Assert.Equal(normal, RoutePath.Normalize(path));

    [Theory]
    [InlineData("/shop", "/SHOP/", true)]
    [InlineData("/shop", "/shop/v2", true)]
    [InlineData("/shop/v2", "/Shop", true)]
    [InlineData("/", "/", true)]
    [InlineData("/", "/shop", false)]
    [InlineData("/shop", "/shops", false)]
    [InlineData("/shop/v1", "/shop/v2", false)]
    public void A_path_takes_traffic_from_another_when_they_are_the_same_or_one_lies_below(string one, string other, bool overlap)
    {
        Assert.Equal(overlap, RoutePath.Overlap(one, other));
        Assert.Equal(overlap, RoutePath.Overlap(other, one));
    }

    [Theory]
    [InlineData("/shop", "/shop/", true)]
    [InlineData("/shop", "/SHOP", true)]
    [InlineData("/", "", true)]
    [InlineData("/shop", "/shops", false)]
    [InlineData("/shop", "/shop/v2", false)]
    public void Paths_are_the_same_when_the_router_sees_no_difference(string one, string other, bool same)
    {
        Assert.Equal(same, RoutePath.Same.Equals(one, other));
        if (same)
            Assert.Equal(RoutePath.Same.GetHashCode(one), RoutePath.Same.GetHashCode(other));
    }
}
