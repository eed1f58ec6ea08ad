using Pipeline.LoadBalancers.Core;

namespace Pipeline.LoadBalancers.Tests;

public sealed class TrafficUrlTests
{
    [Theory]
    [InlineData("http://*:8081", null, "https://pipeline.example", "http://pipeline.example:8081/")]
    [InlineData("https://+:8443;http://*:8081", null, "https://pipeline.example", "https://pipeline.example:8443/")]
    [InlineData("http://127.0.0.1:8081", null, null, "http://localhost:8081/")]
    [InlineData("http://*:8081", "https://apps.example", "https://pipeline.example", "https://apps.example/")]
    [InlineData("http://*:8081", "https://apps.example/some/path", "https://pipeline.example", "https://apps.example/")]
    public void People_reach_applications_at_the_address_said_or_at_the_servers_host(
        string urls, string? publicUrl, string? server, string expected) =>
        Assert.Equal(expected, TrafficUrl.Of(new LoadBalancersOptions { Urls = urls, PublicUrl = publicUrl }, server)?.ToString());

    [Theory]
    [InlineData("http://*:8080", null, "LoadBalancers:Urls: port 8080 is the server's own (Urls)")]
    [InlineData("http://*:8081;http://127.0.0.1:8080", null, "LoadBalancers:Urls: port 8080 is the server's own (Urls)")]
    [InlineData("8081", null, "LoadBalancers:Urls: '8081' is no address")]
    [InlineData("http://*:8081", "https://pipeline.example/apps", "LoadBalancers:PublicUrl: pipeline.example is the server's own")]
    public void An_origin_that_is_the_servers_own_is_refused_by_name(string urls, string? publicUrl, string problem) =>
        Assert.StartsWith(
            problem,
            Assert.Single(TrafficUrl.Problems(
                new LoadBalancersOptions { Urls = urls, PublicUrl = publicUrl }, "http://*:8080", "https://pipeline.example")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("http://*:8081", null)]
    [InlineData("http://127.0.0.1:0", null)]
    [InlineData("http://*:8081", "https://apps.example")]
    [InlineData("http://*:8081", "https://pipeline.example:8443")]
    public void An_origin_of_its_own_is_taken(string urls, string? publicUrl) => Assert.Empty(
        TrafficUrl.Problems(new LoadBalancersOptions { Urls = urls, PublicUrl = publicUrl }, "http://*:8080", "https://pipeline.example"));
}
