using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Pipeline.Kernel;
using Pipeline.People.Contract;

namespace Pipeline.Ui.Actions.Sessions;

/// <summary>
/// Who uses this circuit. A page may stay open for days: what he may do is asked from the People slice, never remembered.
/// </summary>
internal sealed class PageCaller(AuthenticationStateProvider authentication, SessionQueries sessions)
{
    private readonly Lock gate = new();
    private ClaimsPrincipal? shownFor;
    private Task<Caller>? shown;

    /// <summary>The caller at this moment: with a revoked or expired token, nobody.</summary>
    public async Task<(Caller Caller, bool SessionEnded)> CurrentAsync(CancellationToken ct)
    {
        var principal = (await authentication.GetAuthenticationStateAsync()).User;
        var caller = await sessions.CurrentAsync(principal, ct);
        return (caller, caller.IsAnonymous && principal.Identity is { IsAuthenticated: true });
    }

    /// <summary>
    /// The caller as of his sign-in, for the look of buttons only: one query a circuit, however many buttons a page has. Every action asks
    /// for <see cref="CurrentAsync"/> when it is clicked.
    /// </summary>
    public async Task<Caller> ShownAsync()
    {
        var principal = (await authentication.GetAuthenticationStateAsync()).User;
        Task<Caller> known;
        lock (gate)
        {
            if (shown is null || !ReferenceEquals(shownFor, principal) || shown.IsFaulted)
                (shownFor, shown) = (principal, sessions.CurrentAsync(principal, CancellationToken.None));
            known = shown;
        }

        return await known;
    }
}
