using System.Net;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;

namespace Pipeline.Server.Tests.Http;

/// <summary>Behind a reverse proxy: what is believed of what it says, and of what anybody else says in its name.</summary>
public sealed class ProxyTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_known_proxy_is_believed_about_address_scheme_and_name_and_TLS_is_told_to_last()
    {
        await using var server = await EdgeServer.StartAsync(new()
        {
            ["PublicUrl"] = "https://pipeline.example", ["Http:KnownProxies:0"] = "127.0.0.0/8", ["Http:KnownProxies:1"] = "10.0.0.7",
        });
        using var answer = await AskAsync(
            server, ("X-Forwarded-For", "198.51.100.1, 203.0.113.9, 10.0.0.7"), ("X-Forwarded-Proto", "https, https, https"));

        Assert.Equal("203.0.113.9 https", await answer.Content.ReadAsStringAsync(ct));
        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
        using var renamed = await AskAsync(server, ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-For", "203.0.113.9"));
        Assert.Equal(HttpStatusCode.BadRequest, renamed.StatusCode);
    }

    [Fact]
    public async Task Nobody_else_is_believed()
    {
        await using var server = await EdgeServer.StartAsync(new() { ["Http:KnownProxies:0"] = "10.0.0.7" });
        using var answer = await AskAsync(
            server, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"));

        Assert.Equal("127.0.0.1 http", await answer.Content.ReadAsStringAsync(ct));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Reading_without_sign_in_is_off_unless_it_was_turned_on()
    {
        await using var server = await EdgeServer.StartAsync();
        using var http = server.Client();

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v1/stored", ct)).StatusCode);
    }

    [Fact]
    public async Task A_reader_who_comes_through_a_known_proxy_on_this_machine_signs_in()
    {
        await using var server = await EdgeServer.StartAsync(
            new() { ["People:ReadWithoutSignIn"] = "true", ["Http:KnownProxies:0"] = "127.0.0.1" });
        using var http = server.Client();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1");

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v1/stored", ct)).StatusCode);
    }

    [Theory]
    [InlineData("Http:KnownProxies:0", "proxy.example", "Http:KnownProxies: each must be an address or a network")]
    [InlineData("Http:KnownProxies:0", "10.0.0.0/33", "Http:KnownProxies: each must be an address or a network")]
    [InlineData("Http:AllowedHosts:0", "https://pipeline.example", "Http:AllowedHosts: each must be a host name")]
    [InlineData("Http:AllowedHosts:0", "*", "Http:AllowedHosts: each must be a host name")]
    public async Task A_setting_that_is_wrong_is_named(string key, string value, string message)
    {
        var refused = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            async () => await (await EdgeServer.StartAsync(new() { [key] = value })).DisposeAsync());

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> AskAsync(EdgeServer server, params (string Name, string Value)[] headers)
    {
        using var http = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/page");
        request.Headers.Add("Authorization", $"Bearer {await server.TokenAsync(Permission.View)}");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await http.SendAsync(request, ct);
    }
}
