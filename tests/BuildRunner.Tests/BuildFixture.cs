namespace Pipeline.BuildRunner.Tests;

/// <summary>One host for all cases of a class whose cases leave each other alone.</summary>
public sealed class BuildFixture : IAsyncLifetime
{
    internal BuildHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await BuildHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
