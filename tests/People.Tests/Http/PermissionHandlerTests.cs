using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.People.Http;

namespace Pipeline.People.Tests.Http;

/// <summary>Who may read without signing in: somebody on this machine, and nobody that a proxy on it lets through.</summary>
public sealed class PermissionHandlerTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.10", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("128.0.0.1", false)]
    [InlineData("10.0.0.7", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::ffff:10.0.0.7", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData(null, false)]
    public async Task Reading_is_open_to_this_machine_and_to_no_other(string? address, bool open)
    {
        Assert.Equal(open, await AllowsAsync(Permission.View, Request(address)));
        foreach (var permission in Permission.All.Except([Permission.View]))
            Assert.False(await AllowsAsync(permission, Request(address)));
    }

    [Theory]
    [InlineData("X-Forwarded-For", false)]
    [InlineData("x-forwarded-for", false)]
    [InlineData("X-Forwarded-Host", false)]
    [InlineData("X-Forwarded-Proto", false)]
    [InlineData("X-Real-IP", false)]
    [InlineData("Forwarded", false)]
    [InlineData("Via", false)]
    [InlineData("X-Forwarded", false)]
    [InlineData("X-Forwarded-Prefix", false)]
    [InlineData("X-Forwarded-Anything", false)]
    [InlineData("X-Original-For", false)]
    [InlineData("True-Client-IP", false)]
    [InlineData("CF-Connecting-IP", false)]
    [InlineData("User-Agent", true)]
    public async Task A_header_of_a_proxy_closes_reading_whoever_it_names(string header, bool open)
    {
        var request = Request("127.0.0.1");
        request.Request.Headers[header] = "127.0.0.1";

        Assert.Equal(open, await AllowsAsync(Permission.View, request));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8080", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("127.255.255.254", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("localhost.", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("evil.localhost", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("rebound.evil.example:8080", false)]
    [InlineData("10.0.0.7", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("", false)]
    public async Task Only_a_name_of_this_very_machine_reads_without_sign_in(string host, bool open)
    {
        var request = Request("127.0.0.1");
        request.Request.Host = new HostString(host);

        Assert.Equal(open, await AllowsAsync(Permission.View, request));
    }

    [Fact]
    public async Task Nobody_reads_without_sign_in_unless_it_is_turned_on_or_while_he_shows_a_token()
    {
        var request = Request("127.0.0.1");
        Assert.True(await AllowsAsync(Permission.View, request));
        Assert.False(await AllowsAsync(Permission.View, request, turnedOn: false));

        request.Request.Headers.Authorization = "Bearer plt_wrong";
        Assert.False(await AllowsAsync(Permission.View, request));
    }

    [Fact]
    public async Task Who_holds_a_permission_is_let_in_from_anywhere_and_outside_of_a_request()
    {
        foreach (var permission in Permission.All)
        {
            Assert.True(await AllowsAsync(permission, Request("203.0.113.9"), permission));
            Assert.True(await AllowsAsync(permission, null, permission));
        }

        Assert.False(await AllowsAsync(Permission.View, null));
        Assert.False(await AllowsAsync(Permission.View, Request("203.0.113.9"), Permission.Administer));
    }

    private static DefaultHttpContext Request(string? address) => new()
    {
        Connection = { RemoteIpAddress = address is null ? null : IPAddress.Parse(address) },
        Request = { Host = new HostString("localhost:8080") },
    };

    private static Task<bool> AllowsAsync(string permission, HttpContext? request, params string[] held) =>
        AllowsAsync(permission, request, turnedOn: true, held);

    private static async Task<bool> AllowsAsync(string permission, HttpContext? request, bool turnedOn, params string[] held)
    {
        var identity = new ClaimsIdentity(held.Select(h => new Claim(CallerClaims.Permission, h)), held.Length > 0 ? "Bearer" : null);
        var context = new AuthorizationHandlerContext([new PermissionRequirement(permission)], new ClaimsPrincipal(identity), null);
        var options = Options.Create(new PeopleOptions { ReadWithoutSignIn = turnedOn });
        await new PermissionHandler(new HttpContextAccessor { HttpContext = request }, options).HandleAsync(context);
        Assert.False(context.HasFailed); // another handler may still grant it
        return context.HasSucceeded;
    }
}
