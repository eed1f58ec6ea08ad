using Microsoft.Extensions.DependencyInjection;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;

namespace Pipeline.ArtifactStore.Tests;

public sealed class KeyRingTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Servers_that_start_at_once_on_one_folder_have_the_same_keys()
    {
        await using var store = await Store.StartAsync();
        var options = store.Services;

        var rings = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => ActivatorUtilities.CreateInstance<KeyRing>(options))));

        Assert.Single(rings.Select(r => (r.Root.Id, r.Builder.Id, r.Promoter.Id)).Distinct());
        Assert.Equal(
            ["builder.pem", "promoter.pem", "root.pem"],
            Directory.GetFiles(Path.Combine(store.Folder, "keys")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var ring in rings)
            ring.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    public async Task A_file_that_holds_no_key_is_named_with_what_to_do_and_stays_as_it_is(string content)
    {
        await using var store = await Store.StartAsync();
        var path = Path.Combine(store.Folder, "keys", "promoter.pem");
        Assert.True(DurableFile.Create(path, content, OwnerOnly));

        var refused = Assert.Throws<InvalidOperationException>(() => store.Get<KeyRing>());

        Assert.StartsWith($"{path} does not hold a private P-256 key in PEM: restore it from a backup.", refused.Message);
        Assert.Equal(content, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_public_key_does_not_pass_for_a_private_one()
    {
        await using var store = await Store.StartAsync();
        using var key = SigningKey.Create();
        DurableFile.Create(Path.Combine(store.Folder, "keys", "root.pem"), key.PublicKeyPem, OwnerOnly);

        Assert.Contains("root.pem does not hold a private P-256 key",
            Assert.Throws<InvalidOperationException>(() => store.Get<KeyRing>()).Message);
    }

    [Fact]
    public async Task Creating_a_file_never_replaces_one_and_replacing_leaves_no_other_behind()
    {
        await using var store = await Store.StartAsync();
        var path = Path.Combine(store.Folder, "new", "file");

        Assert.True(DurableFile.Create(path, "first", OwnerOnly));
        Assert.False(DurableFile.Create(path, "second", OwnerOnly));
        Assert.Equal("first", File.ReadAllText(path));
        DurableFile.Replace(path, "third", OwnerOnly | UnixFileMode.GroupRead);

        Assert.Equal("third", File.ReadAllText(path));
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }
}
