using System.Security.Claims;
using Pipeline.Kernel;
using Pipeline.People.Core;
using Pipeline.People.Data;

namespace Pipeline.People.Contract;

/// <summary>Who a signed-in session speaks for at this moment.</summary>
public sealed class SessionQueries
{
    private readonly TokenStore tokens;

    internal SessionQueries(TokenStore tokens) => this.tokens = tokens;

    /// <summary>
    /// The caller as the database knows him now, whatever the session was told when it began: a page that is open for hours must not act
    /// for a token that was revoked meanwhile.
    /// </summary>
    /// <returns><see cref="Caller.Anonymous"/> when nobody is signed in, or the token behind the session is revoked or expired.</returns>
    public async Task<Caller> CurrentAsync(ClaimsPrincipal principal, CancellationToken ct) =>
        await PrincipalAsync(principal, ct) is { } person ? Caller.Of(person) : Caller.Anonymous;

    /// <returns>Null when nobody is signed in, or the token behind the session is revoked or expired.</returns>
    internal async Task<ClaimsPrincipal?> PrincipalAsync(ClaimsPrincipal principal, CancellationToken ct) =>
        Guid.TryParse(principal.FindFirstValue(CallerClaims.Token), out var id) && await tokens.FindValidAsync(id, ct) is { } token
            ? Principals.Of(token, principal.Identity?.AuthenticationType ?? "session")
            : null;
}
