using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Http;

/// <summary>Another user of the machine, and a page of somewhere else, at the ports of a cluster that requires credentials.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private readonly HttpClient http = new();
    private LocalMesosCluster cluster = null!;

    public async ValueTask InitializeAsync()
    {
        var file = Path.Combine(directory.Path, "credentials.json");
        await File.WriteAllTextAsync(file, """{"credentials":[{"principal":"pipeline","secret":"the secret"}]}""");
        cluster = await LocalMesosCluster.StartAsync(
            new LocalMesosSettings { MoreArguments = ["--require_credentials", "--credentials=" + file] }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        http.Dispose();
        directory.Dispose();
    }

    [Theory]
    [InlineData("master", "POST", "/api/v1/scheduler")]
    [InlineData("master", "POST", "/api/v1")]
    [InlineData("master", "GET", "/state")]
    [InlineData("master", "GET", "/master/tasks")]
    [InlineData("master", "GET", "/flags")]
    [InlineData("master", "GET", "/health")]
    [InlineData("master", "GET", "/nothing")]
    [InlineData("master", "POST", "/teardown")]
    [InlineData("master", "POST", "/localmesos/master/restart")]
    [InlineData("agent", "POST", "/api/v1")]
    [InlineData("agent", "POST", "/api/v1/executor")]
    [InlineData("agent", "GET", "/state")]
    [InlineData("agent", "GET", "/files/browse?path=/")]
    [InlineData("agent", "GET", "/files/read?path=/etc/passwd")]
    [InlineData("agent", "GET", "/slave(1)/containers")]
    public async Task Nothing_is_answered_without_them(string who, string method, string path)
    {
        foreach (var credentials in (string?[])[null, "pipeline:", "pipeline:the", "other:the secret", ":"])
        {
            using var response = await SendAsync(who, method, path, credentials);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Basic realm=\"localmesos\"", response.Headers.WwwAuthenticate.ToString());
        }

        using var known = await SendAsync(who, method, path, "pipeline:the secret");
        Assert.NotEqual(HttpStatusCode.Unauthorized, known.StatusCode);
    }

    [Theory]
    [InlineData("attacker.example", HttpStatusCode.Forbidden)]
    [InlineData("attacker.example:5050", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.1", HttpStatusCode.Forbidden)]
    [InlineData("localhost.attacker.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("localhost:1234", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:80", HttpStatusCode.OK)]
    public async Task A_name_that_is_not_this_machines_own_is_refused(string host, HttpStatusCode expected)
    {
        using var response = await SendAsync("master", "GET", "/state", "pipeline:the secret", host);
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
            Assert.Contains(host.Split(':')[0], await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private Task<HttpResponseMessage> SendAsync(string who, string method, string path, string? credentials, string? host = null)
    {
        var request = new HttpRequestMessage(
            new HttpMethod(method), (who == "master" ? cluster.MasterUrl : cluster.Agents[0].Url) + path);
        if (credentials is not null)
            request.Headers.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        request.Headers.Host = host;
        return http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
