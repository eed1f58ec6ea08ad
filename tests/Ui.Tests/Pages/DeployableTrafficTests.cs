using Bunit;
using Pipeline.Ui.Pages.Clusters;
using Pipeline.Ui.Pages.Stages;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>Where the pages of what runs lead to it, on the applications' own origin; and why nothing answers where nothing does.</summary>
public sealed class DeployableTrafficTests : UiTest
{
    private const string Thief = """
        UPDATE routes.owner SET deployable = 'storefront', repository_id = '01900000-0000-7000-8000-0000000000ff' WHERE stage = 'production'
        """;

    [Fact]
    public async Task A_stage_that_is_served_links_to_the_applications_origin_and_one_that_is_not_says_why()
    {
        Serve("infra-qa");

        var page = Open<DeployablePage>(p => p.Add(x => x.Name, "billing-api"));

        await page.WaitForAssertionAsync(() => page.Find("[data-testid=served-infra-qa]"));
        var link = page.Find("[data-testid=served-infra-qa]");
        Assert.Equal("http://localhost:8081/apps/infra-qa/api/", link.GetAttribute("href"));
        Assert.Equal("noopener noreferrer", link.GetAttribute("rel"));
        Assert.Empty(page.FindAll("[data-testid=served-production]"));
        Assert.Equal(
            "Gets no traffic at /api: no instance is healthy.", page.Find("[data-testid=no-traffic-production]").TextContent);
    }

    [Theory]
    [InlineData(Thief, "Gets no traffic at /api: storefront has this route in production. "
        + "Name another one in .pipeline.yaml, or have an operator transfer it.")]
    [InlineData("UPDATE scheduler.deploy SET route = '/r{'", "Gets no traffic: '/r{' cannot be a route.")]
    [InlineData("DELETE FROM routes.owner", "Gets no traffic at /api: nobody has this route yet.")]
    public async Task Every_page_of_a_running_service_without_traffic_says_so(string before, string sentence)
    {
        await ExecuteAsync(before);

        var one = Open<DeployablePage>(p => p.Add(x => x.Name, "billing-api"));
        await one.WaitForAssertionAsync(() => Starts(sentence, one.Find("[data-testid=no-traffic-production]").TextContent));
        var all = Open<DeployablesPage>();
        await all.WaitForAssertionAsync(
            () => Starts(sentence, all.Find("[data-testid=no-traffic-billing-api-production]").TextContent));
        var request = Open<RequestPage>(p => p.Add(x => x.Cluster, "production").Add(x => x.Request, "billing-api"));
        await request.WaitForAssertionAsync(
            () => Starts(sentence, request.Find("[data-testid=no-traffic-billing-api]").TextContent));
    }

    [Fact]
    public async Task A_service_without_a_route_says_it_on_its_own_page_and_not_in_the_matrix()
    {
        await ExecuteAsync("UPDATE scheduler.deploy SET route = NULL");

        var one = Open<DeployablePage>(p => p.Add(x => x.Name, "billing-api"));
        await one.WaitForAssertionAsync(() => Assert.Equal(
            "Gets no traffic: it has no route.", one.Find("[data-testid=no-traffic-production]").TextContent));
        var all = Open<DeployablesPage>();
        await all.WaitForAssertionAsync(() => Assert.NotEmpty(all.FindAll("tbody tr")));
        Assert.Empty(all.FindAll("[data-testid^=no-traffic]"));
    }

    private static void Starts(string expected, string text) => Assert.StartsWith(expected, text, StringComparison.Ordinal);

    private void Serve(string stage) => Service<InMemoryConfigProvider>().Update(
        [
            new RouteConfig
            {
                RouteId = "r", ClusterId = "c", Match = new RouteMatch { Path = $"/apps/{stage}/api/{{**rest}}" },
                Metadata = new Dictionary<string, string>
                {
                    ["prefix"] = $"/apps/{stage}/api", ["route"] = "/api", ["deployable"] = "billing-api", ["stage"] = stage,
                },
            },
        ],
        [
            new ClusterConfig
            {
                ClusterId = "c",
                Destinations = new Dictionary<string, DestinationConfig> { ["t"] = new() { Address = "http://localhost:31000/" } },
            },
        ]);
}
