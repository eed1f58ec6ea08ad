using System.Security.Claims;
using Pipeline.Kernel;
using Pipeline.People.Contract.Views;

namespace Pipeline.People.Core;

/// <summary>What a token makes of its bearer.</summary>
internal static class Principals
{
    /// <param name="scheme">The authentication scheme that the token came by.</param>
    public static ClaimsPrincipal Of(AccessToken token, string scheme)
    {
        var claims = new List<Claim>
        {
            new(ClaimTypes.Name, token.Login),
            new(CallerClaims.Kind, token.Kind),
            new(CallerClaims.Token, token.Id.ToString()),
        };
        claims.AddRange(token.Permissions.Select(p => new Claim(CallerClaims.Permission, p)));
        claims.AddRange(token.Groups.Select(g => new Claim(CallerClaims.Group, g)));
        claims.AddRange(token.Emails.Select(e => new Claim(CallerClaims.Email, e)));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }
}
