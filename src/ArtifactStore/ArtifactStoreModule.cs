using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Http;
using Pipeline.ArtifactStore.Jobs;
using Pipeline.Attestation;
using Pipeline.Kernel.Events;

namespace Pipeline.ArtifactStore;

public static class ArtifactStoreModule
{
    /// <summary>Blobs, releases, signing. Gives others <see cref="CurrentTrust"/> by which they verify.</summary>
    public static IServiceCollection AddArtifactStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(ArtifactEventKinds.All);
        services.AddOptions<ArtifactStoreOptions>()
            .Bind(configuration.GetSection(ArtifactStoreOptions.Section))
            .PostConfigure(o => Default(o, configuration["DataDirectory"] is { Length: > 0 } data ? data : "data"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<BlobStore>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<ArtifactCommands>();
        services.AddSingleton<AttestationStore>();
        services.AddSingleton<AttestationReader>();
        services.AddSingleton<StatementSigner>();
        services.AddSingleton<ReleaseStore>();
        services.AddSingleton<ReleaseCommands>();
        services.AddSingleton<TrustPublisher>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<TrustPublisher>());
        services.AddSingleton<CurrentTrust>(s => () => s.GetRequiredService<TrustPublisher>().Current);
        return services;
    }

    public static IEndpointRouteBuilder MapArtifactStore(this IEndpointRouteBuilder routes)
    {
        routes.MapArtifacts();
        routes.MapReleases();
        return routes;
    }

    private static void Default(ArtifactStoreOptions options, string data)
    {
        if (options.Path.Length == 0)
            options.Path = Path.Combine(data, "artifacts");
        if (options.KeysPath.Length == 0)
            options.KeysPath = Path.Combine(data, "keys");
        if (options.TrustPath.Length == 0)
            options.TrustPath = Path.Combine(data, "trust", "trust.json");
    }
}
