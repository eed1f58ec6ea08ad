using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers.Traffic;

/// <summary>
/// Serves applications: a host of its own inside this process, with the proxy and nothing else in it. What the server answers is not
/// there to be reached by any path, name or header.
/// </summary>
internal sealed class TrafficServer(
    IOptions<LoadBalancersOptions> options, IProxyConfigProvider routes, ILoggerFactory loggers, IConfiguration configuration,
    ILogger<TrafficServer> log) : IHostedService
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);
    private WebApplication? app;

    /// <summary>Where it listens, with the ports that it got.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        app = Build();
        await app.StartAsync(cancellationToken);
        Addresses = [.. app.Urls];
        Log.TrafficServed(log, string.Join(' ', Addresses));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (app is null)
            return;
        using var limit = new CancellationTokenSource(LongestStop);
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    private WebApplication Build()
    {
        // Empty: neither appsettings.json nor variables that are meant for the server reach this one.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .UseUrls(options.Value.Urls.Split(';', StringSplitOptions.TrimEntries));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // How much an application takes is its own matter.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Configure(configuration.GetSection($"{LoadBalancersOptions.Section}:Kestrel"));
        });
        builder.Services.AddSingleton(loggers).AddSingleton(routes);
        builder.Services.AddRouting().AddProblemDetails();
        builder.Services.AddReverseProxy().AddTransforms(Credentials.KeepFromBrowsers);
        RememberNothing(builder.Services);
        var traffic = builder.Build();
        traffic.Use(next => context => RefuseOtherHosts(context, next));
        traffic.Use(next => context => Credentials.KeepFromApplications(context, next));
        traffic.UseRouting();
        traffic.MapReverseProxy();
        UnservedRoutes.Map(traffic);
        return traffic;
    }

    // The proxy has keys for sticky sessions, which no route uses: they would come to lie in the home of the user that runs the server.
    private static void RememberNothing(IServiceCollection services)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        var keys = services.Where(s => s.ServiceType == typeof(IHostedService)
            && s.ImplementationType?.Assembly == typeof(DataProtectionServiceCollectionExtensions).Assembly).ToList();
        foreach (var writer in keys)
            services.Remove(writer);
    }

    private Task RefuseOtherHosts(HttpContext context, RequestDelegate next)
    {
        var hosts = options.Value.Hosts;
        return hosts.Count == 0 || hosts.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase)
            ? next(context)
            : TypedResults.Problem(
                statusCode: StatusCodes.Status400BadRequest,
                type: "unknown-host",
                title: "No application is served under this name.",
                detail: $"'{context.Request.Host.Host}' is none of LoadBalancers:Hosts.").ExecuteAsync(context);
    }
}
