using Pipeline.EndToEnd.Harness.Bytes;
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

/// <summary>One running product for all inputs of public bug reports.</summary>
public sealed class CasesPipeline : IAsyncLifetime
{
    private readonly int forge = FreePort.Next();

    public PipelineInstance Instance { get; private set; } = null!;

    /// <summary>The forge, which nobody is before.</summary>
    /// <param name="cloneUrls">Of the repositories that it knows, by their numbers.</param>
    public RepositoryForge StartForge(IReadOnlyDictionary<long, string> cloneUrls) => new(forge, cloneUrls);

    public async ValueTask InitializeAsync() => Instance = await PipelineInstance.StartAsync(
        Policies.Automatic, new Dictionary<string, string> { ["GitWebhooks__GitHub__ApiUrl"] = $"http://127.0.0.1:{forge}" });

    public ValueTask DisposeAsync() => Instance.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class CasesCollection : ICollectionFixture<CasesPipeline>
{
    public const string Name = "cases";
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
