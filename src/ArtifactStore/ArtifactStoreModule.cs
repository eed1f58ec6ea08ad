using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Http;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Files;

namespace Pipeline.ArtifactStore;

/// <summary>Adds the slice to a host.</summary>
public static class ArtifactStoreModule
{
    /// <summary>Blobs, releases, signing. Gives others <see cref="CurrentTrust"/> by which they verify, and
    /// <see cref="SignRunOverride"/>.</summary>
    public static IServiceCollection AddArtifactStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEventKinds(ArtifactEventKinds.All);
        services.AddOptions<ArtifactStoreOptions>()
            .Bind(configuration.GetSection(ArtifactStoreOptions.Section))
            .PostConfigure(o => Default(o, configuration["DataDirectory"] is { Length: > 0 } data ? data : "data"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        // Not the root key's: it may be on a medium that is not there, and only the first start and the commands `keys` need it.
        foreach (var folder in new Func<ArtifactStoreOptions, string>[] { o => o.Path, o => o.KeysPath })
            services.AddSingleton(s => new PrivateFolder(folder(s.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value)));
        services.AddSingleton<BlobStore>().AddSingleton<ArtifactRecords>().AddSingleton<AttestationStore>();
        services.AddSingleton<ReleaseStore>().AddSingleton<ReleaseWriter>().AddSingleton<AlteredReleases>();
        services.AddSingleton(s => new TrustPaths(s.GetRequiredService<IOptions<ArtifactStoreOptions>>()));
        services.AddSingleton<TrustFounding>().AddSingleton<TrustFiles>().AddSingleton<KeyRing>().AddSingleton<TrustPublisher>();
        services.AddSingleton<StatementSigner>().AddSingleton<SignedHolds>()
            .AddSingleton<HoldWriter>();
        services.AddSingletonByInternalConstructor<ArtifactCommands>();
        services.AddSingletonByInternalConstructor<AttestationCommands>();
        services.AddSingletonByInternalConstructor<ReleaseCommands>();
        services.AddSingletonByInternalConstructor<SigningKeys>();
        services.AddSingletonByInternalConstructor<ArtifactQueries>();
        services.AddSingletonByInternalConstructor<AttestationQueries>();
        services.AddSingletonByInternalConstructor<ReleaseQueries>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<TrustPublisher>());
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<AlteredReleases>());
        services.AddSingleton<CurrentTrust>(s => () => s.GetRequiredService<TrustFiles>().Current);
        services.AddSingleton<SignRunOverride>(s => run => run.Sign(
            s.GetRequiredService<KeyRing>().Promoter, s.GetRequiredService<TimeProvider>().GetUtcNow()));
        return services;
    }

    /// <summary>Artifacts, releases and attestations under <c>/api/v1</c>.</summary>
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
        if (options.RootPath.Length == 0)
            options.RootPath = Path.Combine(data, "root");
        if (options.TrustPath.Length == 0)
            options.TrustPath = Path.Combine(data, "trust", "trust.json");
    }
}
