using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Contract;

namespace Pipeline.ArtifactStore.Tests;

/// <summary>Settings and stored names.</summary>
public sealed class ModuleTests
{
    [Theory]
    [InlineData(null, "data")]
    [InlineData("", "data")]
    [InlineData("/srv/pipeline", "/srv/pipeline")]
    public void Paths_lie_under_the_data_directory_unless_they_are_given(string? data, string root)
    {
        var options = Read(("DataDirectory", data));
        Assert.Equal(
            (Path.Combine(root, "artifacts"), Path.Combine(root, "keys"), Path.Combine(root, "trust", "trust.json"), 3650,
                "urn:x-pipeline:builder/v1"),
            (options.Path, options.KeysPath, options.TrustPath, options.TrustDays, options.BuilderId));
        var given = Read(
            ("DataDirectory", data), ("ArtifactStore:Path", "/a"), ("ArtifactStore:KeysPath", "/k"), ("ArtifactStore:TrustPath", "/t"),
            ("ArtifactStore:TrustDays", "1"), ("ArtifactStore:BuilderId", "urn:me"));
        Assert.Equal(("/a", "/k", "/t", 1, "urn:me"), (given.Path, given.KeysPath, given.TrustPath, given.TrustDays, given.BuilderId));
    }

    [Theory]
    [InlineData("TrustDays", "0")]
    [InlineData("TrustDays", "3651")]
    [InlineData("TrustDays", "-1")]
    [InlineData("BuilderId", "")]
    public void A_setting_that_cannot_be_meant_is_named(string name, string value)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(($"ArtifactStore:{name}", value)));
        Assert.Contains(name, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void The_stored_names_of_the_events_never_change() => Assert.Equal(
        [("artifact.stored", typeof(ArtifactStored)), ("release.created", typeof(ReleaseCreated))],
        ArtifactEventKinds.All.Select(k => (k.Name, k.Type)));

    private static ArtifactStoreOptions Read(params (string Name, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))).Build();
        using var services = new ServiceCollection().AddLogging().AddArtifactStore(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value;
    }
}
