using Pipeline.Kernel.Access;
using Pipeline.LoadBalancers.Core;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Pipeline.LoadBalancers.Traffic;

/// <summary>Keeps the server's credentials from applications, and applications from setting or clearing them.</summary>
internal static class Credentials
{
    // Each of them is about the whole host, and so about the server on another port of it.
    private static readonly string[] HostWide = ["Clear-Site-Data", "Strict-Transport-Security"];

    public static Task KeepFromApplications(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        // An application has its own sign-in: only what carries a token of ours is taken out.
        if (headers.Authorization.Any(value => value is not null && TokenForm.IsIn(value)))
            headers.Remove("Authorization");
        if (headers.Cookie.Count > 0)
            headers.Cookie = headers.Cookie.Select(value => value is null ? null : ForeignCookies.ToApplication(value))
                .Where(value => value is not null).ToArray();
        return next(context);
    }

    public static void KeepFromBrowsers(TransformBuilderContext context) => context.AddResponseTransform(answer =>
    {
        var headers = answer.HttpContext.Response.Headers;
        foreach (var name in HostWide)
            headers.Remove(name);
        var prefix = answer.HttpContext.GetReverseProxyFeature().Route.Config.Metadata![ProxyPlanner.Prefix];
        if (headers.SetCookie.Count > 0)
            headers.SetCookie = headers.SetCookie.Select(value => value is null ? null : ForeignCookies.ToBrowser(value, prefix))
                .Where(value => value is not null).ToArray();
        return ValueTask.CompletedTask;
    });
}
