using Pipeline.ArtifactStore.Contract;

namespace Pipeline.ArtifactStore.Tests.Http;

/// <summary>One host with one release for the tests of a class that leave both as they are.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    internal ArtifactHost Host { get; private set; } = null!;

    internal Release Release { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = await ArtifactHost.StartAsync();
        Release = await Host.MakeReleaseAsync();
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
