using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd.Harness;

/// <summary>One running product for all tests whose promotions need no person.</summary>
public sealed class AutomaticPipeline : IAsyncLifetime
{
    public PipelineInstance Instance { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Instance = await PipelineInstance.StartAsync(Policies.Automatic);

    public ValueTask DisposeAsync() => Instance.DisposeAsync();
}

/// <summary>One running product whose production asks for an approval, and which reports to a forge.</summary>
public sealed class ApprovingPipeline : IAsyncLifetime
{
    public PipelineInstance Instance { get; private set; } = null!;

    public FakeForge Forge { get; } = new();

    public async ValueTask InitializeAsync() => Instance = await PipelineInstance.StartAsync(Policies.WithApproval, Forge.Settings);

    public async ValueTask DisposeAsync()
    {
        await Instance.DisposeAsync();
        Forge.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class AutomaticCollection : ICollectionFixture<AutomaticPipeline>
{
    public const string Name = "automatic";
}

[CollectionDefinition(Name)]
public sealed class ApprovingCollection : ICollectionFixture<ApprovingPipeline>
{
    public const string Name = "approving";
}
