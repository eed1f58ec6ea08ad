using System.Net;
using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.People.Contract;
using Pipeline.TestKit;

namespace Pipeline.People.Tests;

public sealed class SessionTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private PeopleServer server = default!;

    public async ValueTask InitializeAsync() => server = await PeopleServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    public static TheoryData<string> Permissions => [.. Permission.All];

    [Theory]
    [MemberData(nameof(Permissions))]
    public async Task Each_permission_opens_its_own_endpoint_and_no_other(string permission)
    {
        using var http = server.Client((await server.TokenAsync("eleni", permission)).Token);

        foreach (var other in Permission.All.Where(p => p != Permission.View))
            Assert.Equal(other == permission ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await http.GetAsync($"/needs/{other}", ct)).StatusCode);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.OK)]
    [InlineData("X-Forwarded-For", "203.0.113.9", HttpStatusCode.Found)]
    [InlineData("Forwarded", "for=203.0.113.9", HttpStatusCode.Found)]
    public async Task Reading_is_open_on_this_machine_but_not_through_a_proxy_on_it(string? header, string? value, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/needs/view");
        if (header is not null)
            request.Headers.Add(header, value);

        Assert.Equal(expected, (await server.Http.SendAsync(request, ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await server.Http.GetAsync("/needs/build", ct)).StatusCode);
    }

    [Theory]
    [InlineData("plt_nonsense")]
    [InlineData("plt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA000000")]
    [InlineData("")]
    public async Task An_unknown_token_is_refused_also_where_reading_is_open(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/needs/view");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await server.Http.SendAsync(request, ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_browser_signs_in_with_a_token_acts_and_signs_out()
    {
        var cookies = new CookieContainer();
        using var browser = server.Client(null, cookies);
        using var signedIn = await SignInAsync(browser, (await server.TokenAsync("eleni", Permission.Build)).Token, "/waiting");

        Assert.Equal("/waiting", signedIn.Headers.Location?.ToString());
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/needs/build", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/needs/operate", ct)).StatusCode);

        Assert.Equal("/", (await browser.PostAsync("/sign-out", null, ct)).Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/needs/build", ct)).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https:evil.example", "/")]
    [InlineData("\t//evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/\r\nSet-Cookie: a=b", "/")]
    [InlineData("/a\\evil", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/%2f%2fevil.example", "/%2f%2fevil.example")] // a path of ours: nobody decodes it
    [InlineData("", "/")]
    [InlineData(null, "/")]
    [InlineData("/repos/samples/hello?tab=builds", "/repos/samples/hello?tab=builds")]
    public async Task A_sign_in_link_leads_to_no_other_site(string? returnUrl, string expected)
    {
        using var browser = server.Client(null, new CookieContainer());
        using var response = await SignInAsync(browser, (await server.TokenAsync("eleni", Permission.View)).Token, returnUrl);

        Assert.Equal(expected, response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_wrong_token_leads_back_to_the_form_with_the_page_that_was_wanted()
    {
        using var browser = server.Client(null, new CookieContainer());
        using var response = await SignInAsync(browser, "plt_wrong", "/waiting");

        Assert.Equal("/sign-in?error=unknown-token&returnUrl=%2Fwaiting", response.Headers.Location?.ToString());
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_session_ends_with_the_token_behind_it()
    {
        var token = await server.TokenAsync("eleni", Permission.Build);
        using var browser = server.Client(null, new CookieContainer());
        (await SignInAsync(browser, token.Token, "/")).Dispose();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/needs/build", ct)).StatusCode);

        await server.Tokens.RevokeAsync(Caller.System("test"), token.Id, ct);

        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/needs/build", ct)).StatusCode);
    }

    [Fact]
    public async Task A_revoked_and_an_expired_token_are_refused_also_where_reading_is_open()
    {
        var revoked = await server.TokenAsync("eleni", Permission.View);
        using var first = server.Client(revoked.Token);
        using var second = server.Client((await server.TokenAsync("nikos", Permission.View)).Token);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/needs/view", ct)).StatusCode);

        await server.Tokens.RevokeAsync(Caller.System("test"), revoked.Id, ct);
        Assert.Equal(HttpStatusCode.Unauthorized, (await first.GetAsync("/needs/view", ct)).StatusCode);
        server.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/needs/view", ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/needs/view", ct)).StatusCode);
    }

    [Fact]
    public async Task A_restart_signs_nobody_out()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync(typeof(PeopleModule).Assembly);
        var cookies = new CookieContainer();
        var settings = new Dictionary<string, string?> { ["DataDirectory"] = Directory.CreateTempSubdirectory("people-").FullName };
        await using (var first = await PeopleServer.StartAsync(connectionString, settings))
        {
            using var browser = first.Client(null, cookies);
            (await SignInAsync(browser, (await first.TokenAsync("eleni", Permission.Build)).Token, "/")).Dispose();
        }

        await using var second = await PeopleServer.StartAsync(connectionString, settings);
        using var again = second.Client(null, cookies); // cookies do not know ports
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/needs/build", ct)).StatusCode);
    }

    [Fact]
    public async Task An_open_page_speaks_for_its_token_as_it_is_now()
    {
        var token = await server.TokenAsync("eleni", Permission.Build, Permission.Approve);
        var principal = new ClaimsPrincipal(
            new ClaimsIdentity(
                [new(CallerClaims.Token, token.Id.ToString()), new(CallerClaims.Permission, Permission.Administer)], "cookie"));

        var caller = await server.Sessions.CurrentAsync(principal, ct);
        Assert.Equal(Actor.Person("eleni"), caller.Actor);
        Assert.Equal([Permission.Approve, Permission.Build], caller.Permissions.Order()); // not what the page was told once
        Assert.Equal(["release-managers"], caller.Groups);
        Assert.Equal(["eleni@example.org"], caller.Emails);

        server.Time.SetUtcNow(PeopleServer.Start.AddDays(30).AddTicks(-10));
        Assert.False((await server.Sessions.CurrentAsync(principal, ct)).IsAnonymous);
        server.Time.SetUtcNow(PeopleServer.Start.AddDays(30));
        Assert.True((await server.Sessions.CurrentAsync(principal, ct)).IsAnonymous);
    }

    [Fact]
    public async Task A_page_of_a_revoked_unknown_or_absent_token_speaks_for_nobody()
    {
        var token = await server.TokenAsync("eleni", Permission.Administer);
        await server.Tokens.RevokeAsync(Caller.System("test"), token.Id, ct);

        foreach (var id in new[] { token.Id.ToString(), Guid.Empty.ToString(), "nonsense" })
            Assert.True((await server.Sessions.CurrentAsync(new ClaimsPrincipal(new ClaimsIdentity([new(CallerClaims.Token, id)], "cookie")), ct)).IsAnonymous);
        Assert.True((await server.Sessions.CurrentAsync(new ClaimsPrincipal(new ClaimsIdentity()), ct)).IsAnonymous);
    }

    [Fact]
    public async Task The_first_start_makes_one_administrator_and_shows_its_token_once()
    {
        var folder = Directory.CreateTempSubdirectory("people-").FullName;
        var file = Path.Combine(folder, "admin-token");
        using var output = new StringWriter();

        await FirstToken.EnsureAsync(server.Services, file, output, ct);

        var text = (await File.ReadAllTextAsync(file, ct)).Trim();
        Assert.Equal($"Administrator's token (shown only now): {text}", output.ToString().Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        using var admin = server.Client(text);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/needs/administer", ct)).StatusCode);
        using var again = new StringWriter();
        await FirstToken.EnsureAsync(server.Services, file, again, ct);
        Assert.Empty(again.ToString());
        Directory.Delete(folder, recursive: true);
    }

    private static Task<HttpResponseMessage> SignInAsync(HttpClient browser, string token, string? returnUrl)
    {
        var form = new Dictionary<string, string> { ["token"] = token };
        if (returnUrl is not null)
            form["returnUrl"] = returnUrl;
        return browser.PostAsync("/sign-in", new FormUrlEncodedContent(form), TestContext.Current.CancellationToken);
    }
}
