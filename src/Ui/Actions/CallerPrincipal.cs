using System.Security.Claims;
using Pipeline.Kernel;

namespace Pipeline.Ui.Actions;

/// <summary>The caller as the principal that some commands still take.</summary>
internal static class CallerPrincipal
{
    public static ClaimsPrincipal Of(Caller caller)
    {
        if (caller.IsAnonymous)
            return new ClaimsPrincipal();
        List<Claim> claims =
        [
            new(ClaimTypes.Name, caller.Actor.Name),
            new(CallerClaims.Kind, caller.Actor.Kind == ActorKind.Token ? "token" : "person"),
            .. caller.Permissions.Select(p => new Claim(CallerClaims.Permission, p)),
            .. caller.Groups.Select(g => new Claim(CallerClaims.Group, g)),
            .. caller.Emails.Select(e => new Claim(CallerClaims.Email, e)),
        ];
        return new ClaimsPrincipal(new ClaimsIdentity(claims, "page"));
    }
}
