using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Pipeline.Server.Http;

/// <summary>What every request passes before anything of ours answers it.</summary>
internal static class HttpModule
{
    public static IServiceCollection AddPipelineHttp(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HttpOptions>()
            .Bind(configuration.GetSection(HttpOptions.Section))
            .Validate(
                o => o.KnownProxies.All(p => HttpOptions.Network(p) is not null),
                "Http:KnownProxies: each must be an address or a network, 10.0.0.7 or 10.1.0.0/16 for example.")
            .Validate(
                o => o.AllowedHosts.All(h => Uri.CheckHostName(h.Trim('[', ']')) != UriHostNameType.Unknown),
                "Http:AllowedHosts: each must be a host name without scheme and port, pipeline.example for example.")
            .ValidateOnStart();
        services.AddSingleton(provider => new HostNames(
            provider.GetRequiredService<IOptions<HttpOptions>>().Value, configuration["PublicUrl"], configuration["Scheduler:PublicUrl"]));
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>>(provider =>
            new ConfigureOptions<ForwardedHeadersOptions>(o => Believe(o, provider.GetRequiredService<IOptions<HttpOptions>>().Value)));
        return services;
    }

    /// <summary>First of all: forwarded headers, the host's name, then what browsers are told and what they may.</summary>
    public static void UsePipelineHttp(this IApplicationBuilder app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<HostCheck>();
        app.UseMiddleware<OriginCheck>();
    }

    private static void Believe(ForwardedHeadersOptions headers, HttpOptions options)
    {
        headers.KnownIPNetworks.Clear();
        headers.KnownProxies.Clear();
        headers.ForwardedHeaders = options.KnownProxies.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // As many proxies as are known, and the first one that is not is who asks.
        headers.ForwardLimit = null;
        foreach (var network in options.KnownProxies.Select(HttpOptions.Network))
            headers.KnownIPNetworks.Add(network!.Value);
    }
}
