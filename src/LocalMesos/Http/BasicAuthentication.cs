using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Protocol;

namespace Pipeline.LocalMesos.Http;

/// <summary>The realms of a master, each with a flag of its own.</summary>
internal enum AuthenticationRealm
{
    Scheduler,
    ReadWrite,
    ReadOnly,

    /// <summary>Every request to the master and to the agents: a realm that a real Mesos has not.</summary>
    Everything,
}

/// <summary>HTTP Basic authentication, for the realms whose flag requires it (recorded in 18).</summary>
internal static class BasicAuthentication
{
    /// <returns>The principal; null when the realm requires none.</returns>
    /// <exception cref="CallRejectedException">401, with the challenge already in the answer's headers.</exception>
    public static string? Authenticate(HttpContext http, LocalMesosOptions options, AuthenticationRealm realm)
    {
        var (required, name) = realm switch
        {
            AuthenticationRealm.Scheduler => (options.AuthenticateFrameworks, "mesos-master-scheduler"),
            AuthenticationRealm.ReadWrite => (options.AuthenticateReadWrite, "mesos-master-readwrite"),
            AuthenticationRealm.ReadOnly => (options.AuthenticateReadOnly, "mesos-master-readonly"),
            AuthenticationRealm.Everything => (options.RequireCredentials, "localmesos"),
        };
        if (!required)
            return null;
        if (Credentials(http.Request.Headers.Authorization.ToString()) is var (principal, secret)
            && options.Credentials.TryGetValue(principal, out var expected)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(expected)))
            return principal;
        http.Response.Headers.WWWAuthenticate = $"Basic realm=\"{name}\"";
        throw new CallRejectedException(401, "401 Unauthorized.");
    }

    private static (string Principal, string Secret)? Credentials(string header)
    {
        var bytes = new byte[512];
        if (!AuthenticationHeaderValue.TryParse(header, out var value)
            || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(value.Parameter ?? "", bytes, out var length))
            return null;
        return Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var principal, var secret] ? (principal, secret) : null;
    }
}
