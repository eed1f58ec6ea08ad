using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Pipeline.People.Http;

/// <summary>
/// Reads the session's cookie among those that somebody else may have set: an application on another port of this host can put a cookie
/// of the same name beside it, for a deeper path even before it. What this server did not sign is as if it were not there; two sessions at
/// once are none, since nobody can tell whose page this is.
/// </summary>
internal sealed class SignedCookies(Func<ISecureDataFormat<AuthenticationTicket>> format) : ICookieManager
{
    private readonly ChunkingCookieManager writer = new() { ChunkSize = null };

    public string? GetRequestCookie(HttpContext context, string key)
    {
        var signed = context.Request.Headers.Cookie.SelectMany(header => (header ?? "").Split(';'))
            .Select(pair => pair.Trim().Split('=', 2))
            .Where(pair => pair.Length == 2 && pair[0] == key && format().Unprotect(pair[1], null) is not null)
            .Select(pair => pair[1]).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return signed.Count == 1 ? signed[0] : null;
    }

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
        writer.AppendResponseCookie(context, key, value, options);

    public void DeleteCookie(HttpContext context, string key, CookieOptions options) => writer.DeleteCookie(context, key, options);
}
