using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Kernel;

namespace Pipeline.Server.Tests.Http;

/// <summary>Who is answered at all: under which name, from which page, as whom.</summary>
public sealed class EdgeTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private EdgeServer server = default!;
    private HttpClient http = default!;

    public async ValueTask InitializeAsync()
    {
        server = await EdgeServer.StartAsync(new() { ["People:ReadWithoutSignIn"] = "true", ["Http:AllowedHosts:0"] = "ci.example" });
        http = server.Client();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("pipeline.example", true)]
    [InlineData("PIPELINE.example:8080", true)]
    [InlineData("ci.example", true)]
    [InlineData("localhost:1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("evil.example", false)]
    [InlineData("pipeline.example.evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("10.0.0.7", false)]
    [InlineData("localhost.", false)]
    public async Task A_request_under_another_name_is_refused_with_the_setting_to_change(string host, bool known)
    {
        var token = await server.TokenAsync(Permission.View);
        using var answer = await SendAsync("GET", "/page", ("Host", host), ("Authorization", $"Bearer {token}"));

        Assert.Equal(known ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
        if (known)
            return;
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(ct);
        Assert.Equal("unknown-host", problem.GetProperty("code").GetString());
        Assert.Contains("Http:AllowedHosts", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_the_server_lives_is_told_under_any_name()
    {
        using var answer = await SendAsync("GET", "/health/live", ("Host", "10.0.0.7"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    // The server's own origin is {0}; {1} is the same host with another port.
    [Theory]
    [InlineData("POST", "{0}", "same-origin", true)]
    [InlineData("POST", "{0}", null, true)]
    [InlineData("POST", "http://pipeline.example", null, true)] // a proxy that tells nothing
    [InlineData("POST", "{1}", "same-site", false)]
    [InlineData("POST", "{1}", null, false)]
    [InlineData("POST", "{0}", "same-site", false)]
    [InlineData("POST", "{0}", "cross-site", false)]
    [InlineData("POST", "https://evil.example", "cross-site", false)]
    [InlineData("POST", "null", null, false)]
    [InlineData("POST", "{0}.evil.example", null, false)]
    [InlineData("POST", "", null, false)]
    [InlineData("POST", null, null, false)]
    [InlineData("POST", null, "same-origin", true)]
    [InlineData("PUT", "{1}", "same-site", false)]
    [InlineData("DELETE", "{1}", "same-site", false)]
    [InlineData("PATCH", "{1}", "same-site", false)]
    [InlineData("QUERY", "{1}", "same-site", false)]
    [InlineData("GET", "{1}", "same-site", true)] // no answer of it can be read there
    public async Task A_browser_changes_something_only_from_a_page_of_ours(string method, string? origin, string? site, bool allowed)
    {
        using var answer = await SendAsync(
            method, "/change", ("Cookie", await server.SessionAsync(Permission.Administer)), ("Origin", Origin(origin)),
            ("Sec-Fetch-Site", site));

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        if (!allowed)
            Assert.Equal("other-origin", (await answer.Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("{0}", true)]
    [InlineData("{1}", false)]
    [InlineData("null", false)]
    public async Task A_circuit_is_opened_from_a_page_of_ours_only_also_by_nobody_in_particular(string origin, bool allowed)
    {
        (string, string?)[] socket = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Origin", Origin(origin))];

        using var reading = await SendAsync("GET", "/page", socket);
        using var negotiating = await SendAsync("POST", "/page", ("Origin", Origin(origin)));

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, reading.StatusCode);
        Assert.Equal(allowed ? HttpStatusCode.MethodNotAllowed : HttpStatusCode.Forbidden, negotiating.StatusCode);
    }

    [Fact]
    public async Task A_program_needs_no_origin_and_a_form_of_nobody_else_signs_in()
    {
        var token = await server.TokenAsync(Permission.Administer);
        using var program = await SendAsync("POST", "/change", ("Authorization", $"Bearer {token}"));
        using var elsewhere = await SendAsync("POST", "/sign-in", ("Origin", "http://evil.example"));
        using var anotherPort = await SendAsync("POST", "/sign-out", ("Origin", Origin("{1}")));

        Assert.Equal(HttpStatusCode.OK, program.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, anotherPort.StatusCode);
    }

    [Theory]
    [InlineData("/page", "script-src 'self' 'nonce-", "unsafe-eval")]
    [InlineData("/sign-in/none", "frame-ancestors 'none'", "script-src 'self' 'unsafe-inline'")]
    [InlineData("/api/v1/stored", "default-src 'none'; sandbox", "script-src")]
    [InlineData("/api/v1/none", "default-src 'none'; sandbox", "script-src")]
    [InlineData("/health/live", "default-src 'none'; sandbox", "script-src")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path, string policy, string never)
    {
        using var answer = await SendAsync("GET", path);
        var headers = answer.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase);

        Assert.Contains(policy, headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain(never, headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        Assert.Equal("same-origin", headers["Referrer-Policy"]);
        Assert.Equal("DENY", headers["X-Frame-Options"]);
        Assert.Equal("same-origin", headers["Cross-Origin-Resource-Policy"]);
        Assert.False(headers.ContainsKey("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Each_page_has_a_nonce_of_its_own()
    {
        using var one = await SendAsync("GET", "/page");
        using var two = await SendAsync("GET", "/page");

        Assert.NotEqual(one.Headers.GetValues("Content-Security-Policy"), two.Headers.GetValues("Content-Security-Policy"));
    }

    [Theory]
    [InlineData("Bearer plt_nonsense")]
    [InlineData("Bearer ")]
    [InlineData("Basic eDp5")]
    [InlineData("nonsense")]
    public async Task A_wrong_token_is_401_also_where_reading_needs_none(string authorization)
    {
        using var nobody = await SendAsync("GET", "/page");
        using var wrong = await SendAsync("GET", "/page", ("Authorization", authorization));

        Assert.Equal(HttpStatusCode.OK, nobody.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Fact]
    public async Task A_body_of_somebody_who_is_not_signed_in_is_limited_and_413()
    {
        using var small = await http.PostAsync("/api/v1/open", new ByteArrayContent(new byte[64 * 1024]), ct);
        using var large = await http.PostAsync("/api/v1/open", new ByteArrayContent(new byte[64 * 1024 + 1]), ct);
        using var form = await http.PostAsync(
            "/sign-in", new StringContent($"token={new string('a', 20_000)}", null, "application/x-www-form-urlencoded"), ct);
        using var signedIn = new HttpRequestMessage(HttpMethod.Post, "/api/v1/open");
        signedIn.Content = new ByteArrayContent(new byte[1_000_000]);
        signedIn.Headers.Add("Authorization", $"Bearer {await server.TokenAsync(Permission.View)}");
        using var known = await http.SendAsync(signedIn, ct);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.OK),
            (small.StatusCode, large.StatusCode, form.StatusCode, known.StatusCode));
    }

    private string? Origin(string? text) => text?
        .Replace("{0}", $"http://127.0.0.1:{server.Url.Port}", StringComparison.Ordinal)
        .Replace("{1}", $"http://127.0.0.1:{server.Url.Port + 1}", StringComparison.Ordinal);

    private Task<HttpResponseMessage> SendAsync(string method, string path, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers.Where(h => h.Value is not null))
            request.Headers.TryAddWithoutValidation(name, value);
        return http.SendAsync(request, ct);
    }
}
