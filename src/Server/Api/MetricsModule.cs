using OpenTelemetry.Metrics;
using Pipeline.Kernel;

namespace Pipeline.Server.Api;

/// <summary>Our meters and those of the platform, in the Prometheus form. Who may view may scrape: on loopback without a token.</summary>
internal static class MetricsModule
{
    private static readonly string[] Meters =
    [
        "Pipeline", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "System.Net.Http",
    ];

    public static IServiceCollection AddPipelineMetrics(this IServiceCollection services)
    {
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
        return services;
    }

    public static void MapPipelineMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics").RequireAuthorization(Permission.View);
}
