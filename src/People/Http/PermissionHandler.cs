using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;

namespace Pipeline.People.Http;

/// <summary>The caller must hold a permission.</summary>
internal sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

/// <summary>Grants a permission to who holds it, and reading to anyone at this machine where that is turned on.</summary>
internal sealed class PermissionHandler(IHttpContextAccessor http, IOptions<PeopleOptions> people)
    : AuthorizationHandler<PermissionRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (Caller.Of(context.User).Has(requirement.Permission)
            || (requirement.Permission == Permission.View && people.Value.ReadWithoutSignIn && LocalReader.Is(http.HttpContext)))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
