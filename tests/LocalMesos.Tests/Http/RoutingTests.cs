using System.Net;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Http;

/// <summary>Which path of which port leads where.</summary>
public sealed class RoutingTests : IAsyncLifetime
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private LocalMesosCluster cluster = null!;

    public async ValueTask InitializeAsync() => cluster = await LocalMesosCluster.StartAsync();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task A_masters_paths_may_have_a_prefix_and_a_trailing_slash()
    {
        foreach (
            var path in (string[])["/health", "/master/health", "/state", "/master/state", "/state/", "/master/slaves", "/tasks", "/roles"])
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(path)).Status);
    }

    [Fact]
    public async Task An_agents_paths_may_have_a_prefix_but_not_its_files()
    {
        foreach (var path in (string[])["/health", "/slave(1)/health", "/state", "/slave(1)/state", "/containers", "/monitor/statistics"])
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(path, agent: true)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync("/files/browse", agent: true)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/slave(1)/files/browse", agent: true)).Status);
    }

    [Theory]
    [InlineData("/slaves", true)]
    [InlineData("/master/state", true)]
    [InlineData("/state-summary", true)]
    [InlineData("/containers", false)]
    [InlineData("/files/read", false)]
    [InlineData("/slave(1)/state", false)]
    [InlineData("/nothing", false)]
    [InlineData("/nothing", true)]
    public async Task What_the_other_side_serves_is_not_found(string path, bool agent) =>
        Assert.Equal((HttpStatusCode.NotFound, "404 Not Found."), await GetAsync(path, agent));

    [Theory]
    [InlineData("/api/v1", false)]
    [InlineData("/api/v1/scheduler", false)]
    [InlineData("/master/api/v1", false)]
    [InlineData("/api/v1", true)]
    [InlineData("/api/v1/executor", true)]
    [InlineData("/localmesos/master/allocate", false)]
    public async Task Calls_are_posted(string path, bool agent)
    {
        using var response = await Http.GetAsync(new Uri(Url(agent) + path), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", response.Content.Headers.Allow.Single());
        Assert.Equal(
            "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Whatever_begins_with_the_operator_api_belongs_to_it()
    {
        foreach (var path in (string[])["/api/v1", "/api/v1/", "/api/v1/anything", "/master/api/v1/x/y"])
            Assert.Equal(
                (HttpStatusCode.BadRequest, "Failed to validate master::Call: Expecting 'type' to be present"),
                await PostAsync(path, "{}"));
        Assert.StartsWith(
            "Failed to validate scheduler::Call", (await PostAsync("/api/v1/scheduler/x", "{}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_master_that_does_not_lead_sends_clients_to_the_leader()
    {
        await PostAsync("/localmesos/master/leader/localhost:9", "");
        using var redirected = await Http.GetAsync(new Uri(cluster.MasterUrl + "/master/state/"), TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.TemporaryRedirect, "//localhost:9/master/state"),
            (redirected.StatusCode, redirected.Headers.Location!.OriginalString));
        Assert.Equal(HttpStatusCode.TemporaryRedirect, (await PostAsync("/api/v1/scheduler", "{}")).Status);
        Assert.Equal(HttpStatusCode.TemporaryRedirect, (await GetAsync("/nothing")).Status);
        foreach (var path in (string[])["/health", "/version", "/flags", "/metrics/snapshot", "/master/health"])
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(path)).Status);
        await PostAsync("/localmesos/master/leader/nobody", "");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "No leader elected"), await GetAsync("/state"));
        await PostAsync("/localmesos/master/leader/self", "");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/state")).Status);
    }

    [Fact]
    public async Task An_agent_that_is_cut_off_does_not_answer()
    {
        await cluster.PartitionAgentAsync(cluster.Agents[0].Id);
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync("/health", agent: true));
        await cluster.RestartAgentAsync(cluster.Agents[0].Id);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health", agent: true)).Status);
    }

    [Theory]
    [InlineData("agents/none/kill", HttpStatusCode.NotFound)]
    [InlineData("agents/none/dance", HttpStatusCode.NotFound)]
    [InlineData("master/allocate", HttpStatusCode.Accepted)]
    [InlineData("tasks/none/kill-executor", HttpStatusCode.Accepted)]
    public async Task Faults_are_on_demand(string path, HttpStatusCode status) =>
        Assert.Equal(status, (await PostAsync("/localmesos/" + path, "")).Status);

    [Fact]
    public async Task Json_becomes_a_script_for_a_callback()
    {
        Assert.StartsWith("show({", (await GetAsync("/version?jsonp=show")).Text, StringComparison.Ordinal);
    }

    private string Url(bool agent) => agent ? cluster.Agents[0].Url : cluster.MasterUrl;

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(string path, bool agent = false)
    {
        using var response = await Http.GetAsync(new Uri(Url(agent) + path), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, string body)
    {
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new("application/json");
        using var response = await Http.PostAsync(new Uri(cluster.MasterUrl + path), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
