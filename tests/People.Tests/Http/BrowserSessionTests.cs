using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Kernel.Access;

namespace Pipeline.People.Tests.Http;

/// <summary>What a browser gets: its cookie, where it is led, and when its session is over.</summary>
public sealed class BrowserSessionTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private PeopleServer server = default!;

    public async ValueTask InitializeAsync() => server = await PeopleServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("http://pipeline.example", "pipeline", "pipeline-antiforgery", CookieSecurePolicy.SameAsRequest)]
    [InlineData("https://pipeline.example", "__Host-pipeline", "__Host-pipeline-antiforgery", CookieSecurePolicy.Always)]
    public async Task Cookies_are_kept_from_scripts_and_other_sites_and_under_TLS_from_other_hosts_and_ports(
        string publicUrl, string session, string form, CookieSecurePolicy policy)
    {
        await using var other = await PeopleServer.StartAsync(settings: new() { ["PublicUrl"] = publicUrl });
        var options = other.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
            .Get(CookieAuthenticationDefaults.AuthenticationScheme);
        var forms = other.Services.GetRequiredService<IOptions<AntiforgeryOptions>>().Value.Cookie;

        Assert.Equal((session, true, SameSiteMode.Strict), (options.Cookie.Name, options.Cookie.HttpOnly, options.Cookie.SameSite));
        Assert.Equal((policy, "/"), (options.Cookie.SecurePolicy, options.Cookie.Path));
        Assert.Equal((form, policy, "/", SameSiteMode.Strict), (forms.Name, forms.SecurePolicy, forms.Path, forms.SameSite));
        Assert.Equal((TimeSpan.FromHours(12), true), (options.ExpireTimeSpan, options.SlidingExpiration));
        Assert.All([options.Cookie.Name!, forms.Name!], name => Assert.True(CookieNames.IsOurs(name)));
    }

    [Theory]
    [InlineData("pipeline=of-an-application; {0}")]
    [InlineData("{0}; pipeline=of-an-application")]
    [InlineData("PIPELINE=of-an-application; pipeline=; {0}; pipeline")]
    [InlineData("{0}; {0}")]
    public async Task A_cookie_that_the_server_did_not_sign_is_as_if_it_were_not_there(string header)
    {
        var cookie = await CookieAsync("eleni");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(header.Replace("{0}", cookie, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Two_sessions_at_once_are_none()
    {
        var (mine, planted) = (await CookieAsync("eleni"), await CookieAsync("nikos"));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(mine));
        Assert.Equal(HttpStatusCode.Found, await StatusAsync($"{planted}; {mine}"));
    }

    private async Task<string> CookieAsync(string login)
    {
        using var browser = server.Client(null, new CookieContainer());
        using var response = await SignInAsync(browser, (await server.TokenAsync(login, Permission.Build)).Token, "/");
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<HttpStatusCode> StatusAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/needs/build");
        request.Headers.TryAddWithoutValidation("Cookie", cookie);
        using var response = await server.Http.SendAsync(request, ct);
        return response.StatusCode;
    }

    [Fact]
    public async Task A_cookie_ends_with_the_browser_and_holds_for_every_path_of_this_host_only()
    {
        using var browser = server.Client(null, new CookieContainer());
        using var response = await SignInAsync(browser, await TextAsync(Permission.Build), "/");

        var parts = response.Headers.GetValues("Set-Cookie").Single().Split("; ").Skip(1).Order();
        Assert.Equal(["httponly", "path=/", "samesite=strict"], parts);
    }

    [Theory]
    [InlineData("11:59:00", "11:59:00", true)] // each visit in the second half of its life renews it
    [InlineData("05:00:00", "08:00:00", false)]
    [InlineData("12:00:01", "00:00:01", false)]
    public async Task A_session_that_nobody_uses_is_over_after_twelve_hours(string untilVisit, string thenUntil, bool isOpen)
    {
        using var browser = server.Client(null, new CookieContainer());
        (await SignInAsync(browser, await TextAsync(Permission.Build), "/")).Dispose();

        server.Time.Advance(TimeSpan.Parse(untilVisit, System.Globalization.CultureInfo.InvariantCulture));
        (await browser.GetAsync("/needs/build", ct)).Dispose();
        server.Time.Advance(TimeSpan.Parse(thenUntil, System.Globalization.CultureInfo.InvariantCulture));

        using var response = await browser.GetAsync("/needs/build", ct);
        Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.Found, response.StatusCode);
    }

    [Theory]
    [InlineData("/needs/operate", HttpStatusCode.Found, HttpStatusCode.Found)]
    [InlineData("/apiary", HttpStatusCode.Found, HttpStatusCode.Found)]
    [InlineData("/hangfires", HttpStatusCode.Found, HttpStatusCode.Found)]
    [InlineData("/api/v1/thing", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden)]
    [InlineData("/hangfire/jobs", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden)]
    public async Task A_page_leads_to_the_form_and_an_interface_answers(string path, HttpStatusCode nobody, HttpStatusCode somebody)
    {
        using var browser = server.Client(null, new CookieContainer());
        using var unknown = await browser.GetAsync($"{path}?a=1&b=%C3%BC", ct);
        (await SignInAsync(browser, await TextAsync(Permission.Build), "/")).Dispose();
        using var known = await browser.GetAsync(path, ct);

        Assert.Equal((nobody, somebody), (unknown.StatusCode, known.StatusCode));
        Assert.Equal(nobody == HttpStatusCode.Unauthorized ? "Bearer" : "", unknown.Headers.WwwAuthenticate.ToString());
        Assert.Empty(known.Headers.WwwAuthenticate);
        if (nobody == HttpStatusCode.Found)
        {
            Assert.Equal("/sign-in", unknown.Headers.Location?.AbsolutePath);
            Assert.Equal($"?returnUrl={Uri.EscapeDataString($"{path}?a=1&b=%C3%BC")}", unknown.Headers.Location?.Query);
        }
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/a?x=https://evil.example/", "/a?x=https://evil.example/")]
    [InlineData("/repos/%C3%BC", "/repos/%C3%BC")]
    [InlineData("/~", "/~")]
    [InlineData("/\t/evil.example", "/")] // browsers drop the tab
    [InlineData("/\n/evil.example", "/")]
    [InlineData("/a\r\nSet-Cookie: x=y", "/")]
    [InlineData("/a b", "/")]
    [InlineData("/ü", "/")]
    [InlineData("/\u007f", "/")]
    [InlineData(" /a", "/")]
    [InlineData("a", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("\\\\evil.example", "/")]
    [InlineData("///evil.example", "/")]
    public async Task Signing_in_leads_to_a_path_of_ours_and_so_does_the_form_after_an_error(string wanted, string expected)
    {
        using var browser = server.Client(null, new CookieContainer());
        using var wrong = await SignInAsync(browser, "plt_wrong", wanted);
        using var right = await SignInAsync(browser, await TextAsync(Permission.View), wanted);

        Assert.Equal(expected, right.Headers.Location?.OriginalString);
        Assert.Equal($"/sign-in?error=unknown-token&returnUrl={Uri.EscapeDataString(expected)}", wrong.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_form_without_a_token_a_revoked_and_an_expired_one_sign_nobody_in()
    {
        var revoked = await server.TokenAsync("eleni", Permission.Build);
        await server.Tokens.RevokeAsync(Caller.System("test"), revoked.Id, ct);
        var expired = await TextAsync(Permission.Build);
        server.Time.Advance(TimeSpan.FromDays(30));

        foreach (var token in new[] { null, "", revoked.Token, expired })
        {
            using var browser = server.Client(null, new CookieContainer());
            using var response = await SignInAsync(browser, token, "/");
            Assert.StartsWith("/sign-in?error=", response.Headers.Location?.OriginalString, StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task A_pasted_token_may_have_blanks_around_it_and_a_program_may_write_bearer_as_it_likes()
    {
        var text = await TextAsync(Permission.Build);
        using var browser = server.Client(null, new CookieContainer());
        using var signedIn = await SignInAsync(browser, $"  {text}\n", "/");
        Assert.True(signedIn.Headers.Contains("Set-Cookie"));

        foreach (var (header, status) in new[]
        {
            ($"bearer {text}", HttpStatusCode.OK), ($"BEARER   {text} ", HttpStatusCode.OK), ($"Bearer{text}", HttpStatusCode.Unauthorized),
            ($"Basic {text}", HttpStatusCode.Unauthorized), (text, HttpStatusCode.Unauthorized),
                ($"Bearer {text}x", HttpStatusCode.Unauthorized),
        })
        {
            // The header decides also for a browser that is signed in.
            using var request = new HttpRequestMessage(HttpMethod.Get, "/needs/build");
            request.Headers.TryAddWithoutValidation("Authorization", header);
            using var response = await browser.SendAsync(request, ct);
            Assert.Equal((header, status), (header, response.StatusCode));
        }
    }

    [Fact]
    public async Task Who_am_I_names_nobody_on_this_machine_and_lists_permissions_in_their_order()
    {
        var nobody = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/me", ct);
        using var http = server.Client(await TextAsync(Permission.Administer, Permission.View));
        var somebody = await http.GetFromJsonAsync<JsonElement>("/api/v1/me", ct);

        Assert.Equal("""{"login":"anonymous","kind":"anonymous","permissions":[],"groups":[]}""", nobody.GetRawText());
        Assert.Equal(
            """{"login":"eleni","kind":"person","permissions":["view","administer"],"groups":["release-managers"]}""",
                somebody.GetRawText());
    }

    private async Task<string> TextAsync(params string[] permissions) => (await server.TokenAsync("eleni", permissions)).Token;

    private static Task<HttpResponseMessage> SignInAsync(HttpClient browser, string? token, string returnUrl)
    {
        var form = new Dictionary<string, string> { ["returnUrl"] = returnUrl };
        if (token is not null)
            form["token"] = token;
        return browser.PostAsync("/sign-in", new FormUrlEncodedContent(form), TestContext.Current.CancellationToken);
    }
}
