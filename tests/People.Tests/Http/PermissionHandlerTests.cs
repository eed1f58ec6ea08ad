using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
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
    [InlineData("User-Agent", true)]
    public async Task A_header_of_a_proxy_closes_reading_whoever_it_names(string header, bool open)
    {
        var request = Request("127.0.0.1");
        request.Request.Headers[header] = "127.0.0.1";

        Assert.Equal(open, await AllowsAsync(Permission.View, request));
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

    private static DefaultHttpContext Request(string? address) =>
        new() { Connection = { RemoteIpAddress = address is null ? null : IPAddress.Parse(address) } };

    private static async Task<bool> AllowsAsync(string permission, HttpContext? request, params string[] held)
    {
        var identity = new ClaimsIdentity(held.Select(h => new Claim(CallerClaims.Permission, h)), held.Length > 0 ? "Bearer" : null);
        var context = new AuthorizationHandlerContext([new PermissionRequirement(permission)], new ClaimsPrincipal(identity), null);
        await new PermissionHandler(new HttpContextAccessor { HttpContext = request }).HandleAsync(context);
        Assert.False(context.HasFailed); // another handler may still grant it
        return context.HasSucceeded;
    }
}
