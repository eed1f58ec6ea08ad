using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Npgsql;
using Pipeline.People.Contract;

namespace Pipeline.Ui.Actions.Sessions;

/// <summary>Signs an open page out when its token is revoked or expires: nobody keeps reading until he happens to reload.</summary>
/// <param name="interval">How long a revoked session may still read.</param>
internal sealed class SessionStateProvider(SessionQueries sessions, ILoggerFactory loggers, TimeSpan interval)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    /// <summary>Of a server.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(15);

    private readonly ILogger log = loggers.CreateLogger<SessionStateProvider>();

    protected override TimeSpan RevalidationInterval => interval;

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState,
        CancellationToken cancellationToken) =>
        IsStillValidAsync(authenticationState, cancellationToken);

    /// <summary>Whether the token behind the session is neither revoked nor expired.</summary>
    internal async Task<bool> IsStillValidAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        try
        {
            return !(await sessions.CurrentAsync(authenticationState.User, cancellationToken)).IsAnonymous;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // A restart of the database must not sign everybody out; actions ask again, and nothing can be read meanwhile.
            Log.SessionNotChecked(log, e);
            return true;
        }
    }
}
