using System.Security.Cryptography;
using Microsoft.AspNetCore.Components.Endpoints;

namespace Pipeline.Server.Http;

/// <summary>What browsers are told about every answer. Pages run scripts of ours only; anything else that is served, an artifact or a log
/// for example, runs none at all, whatever it is.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IConfiguration configuration)
{
    /// <summary>Key of the request's item that holds what the page's one inline script (the import map) must carry.</summary>
    public const string Nonce = "script-nonce";

    // MudBlazor writes a style element and style attributes.
    private const string Page = "default-src 'self'; script-src 'self' 'nonce-NONCE'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private const string Stored = "default-src 'none'; sandbox; frame-ancestors 'none'";

    private static readonly string[] ForPrograms = ["/api", "/hooks", "/runner", "/metrics", "/health", "/openapi"];

    private readonly bool tls = configuration["PublicUrl"]?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true;

    public Task InvokeAsync(HttpContext context)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        context.Items[Nonce] = nonce;
        context.Response.OnStarting(() =>
        {
            Write(context, IsPage(context) ? Page.Replace("NONCE", nonce, StringComparison.Ordinal) : Stored);
            return Task.CompletedTask;
        });
        return next(context);
    }

    // A page may have an address among those for programs: /hooks is one, and /hooks/github is none.
    private static bool IsPage(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
        || !ForPrograms.Any(path => context.Request.Path.StartsWithSegments(path));

    private void Write(HttpContext context, string policy)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        // Not no-referrer: forms of ours would come with "Origin: null".
        headers["Referrer-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (tls && context.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
    }
}
