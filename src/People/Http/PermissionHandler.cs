using System.Net;
using Microsoft.AspNetCore.Authorization;
using Pipeline.Kernel;

namespace Pipeline.People.Http;

/// <summary>The caller must hold a permission.</summary>
internal sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

/// <summary>Grants a permission to who holds it, and reading to anyone on this machine.</summary>
internal sealed class PermissionHandler(IHttpContextAccessor http) : AuthorizationHandler<PermissionRequirement>
{
    private static readonly string[] HeadersOfProxies =
        ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (Caller.Of(context.User).Has(requirement.Permission)
            || (requirement.Permission == Permission.View && IsLoopback(http.HttpContext)))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    // A reverse proxy on this machine makes everybody look local: its headers betray it.
    private static bool IsLoopback(HttpContext? context) =>
        context?.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !HeadersOfProxies.Any(context.Request.Headers.ContainsKey);
}
