using System.Security.Cryptography;
using System.Text;

namespace Pipeline.LocalMesos.Http;

/// <summary>HTTP Basic, when <c>--authenticate_http_frameworks</c> asks for it (recorded in 18).</summary>
internal static class BasicAuthentication
{
    public enum Realm
    {
        Scheduler,
        ReadWrite,
        ReadOnly,
    }

    /// <summary>Null without authentication.</summary>
    /// <exception cref="RefusedException">401, with the challenge already in the answer's headers.</exception>
    public static string? Principal(HttpContext http, LocalMesosOptions options, Realm realm)
    {
        var (asked, name) = realm switch
        {
            Realm.Scheduler => (options.AuthenticateFrameworks, "mesos-master-scheduler"),
            Realm.ReadWrite => (options.AuthenticateReadWrite, "mesos-master-readwrite"),
            Realm.ReadOnly => (options.AuthenticateReadOnly, "mesos-master-readonly"),
        };
        if (!asked)
            return null;
        var header = http.Request.Headers.Authorization.ToString();
        if (Credentials(header) is var (principal, secret) && options.Credentials.TryGetValue(principal, out var expected)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(expected)))
            return principal;
        http.Response.Headers.WWWAuthenticate = $"Basic realm=\"{name}\"";
        throw new RefusedException(401, "401 Unauthorized.");
    }

    private static (string Principal, string Secret)? Credentials(string header)
    {
        var bytes = new byte[512];
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(header["Basic ".Length..], bytes, out var length))
            return null;
        return Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var principal, var secret] ? (principal, secret) : null;
    }
}
