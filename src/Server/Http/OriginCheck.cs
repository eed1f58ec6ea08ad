using Microsoft.Net.Http.Headers;
using Pipeline.Kernel.Access;
using Pipeline.Server.Api;

namespace Pipeline.Server.Http;

/// <summary>
/// A browser may change something, or open a circuit, only from a page of ours. <c>SameSite</c> does not see to it: an application
/// on another port of this host is the same site, and its requests carry the session's cookie.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next, IConfiguration configuration)
{
    private readonly string? publicOrigin =
        Uri.TryCreate(configuration["PublicUrl"], UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : null;

    public Task InvokeAsync(HttpContext context) =>
        IsOnlyRead(context.Request) || IsByToken(context.Request) || IsFromUs(context.Request)
            ? next(context)
            : Problems.Refused(
                StatusCodes.Status403Forbidden, "other-origin", "A page of another origin cannot do this.",
                "The request comes from a page of another host or port, or does not say where from. Use the server's own pages, or an "
                + "access token in the Authorization header.").ExecuteAsync(context);

    private static bool IsOnlyRead(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        && !request.Headers.ContainsKey(HeaderNames.Upgrade);

    // A page of another origin cannot send this header without asking first, and nobody here answers that question with yes. Nor is a
    // cookie looked at where it is sent.
    private static bool IsByToken(HttpRequest request) => request.Headers.ContainsKey(HeaderNames.Authorization);

    private bool IsFromUs(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0 && site != "same-origin" && site != "none")
            return false;
        if (origin.Count > 0)
            return origin.Count == 1 && (IsSame(origin[0], $"{request.Scheme}://{request.Host}") || IsSame(origin[0], publicOrigin));
        // Every browser says one of the two; programs need not, but then they have no session.
        return site.Count > 0 || !HasSession(request);
    }

    private static bool HasSession(HttpRequest request) =>
        request.Headers.Cookie.Any(header => header?.Split(';').Any(pair => CookieNames.IsOurs(pair.Split('=', 2)[0])) == true);

    private static bool IsSame(string? origin, string? own) => string.Equals(origin, own, StringComparison.OrdinalIgnoreCase);
}
