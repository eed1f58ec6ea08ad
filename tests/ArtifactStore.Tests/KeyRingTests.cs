using Microsoft.Extensions.DependencyInjection;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

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
            _ => Task.Run(() =>
            {
                var files = ActivatorUtilities.CreateInstance<TrustFiles>(
                    options, ActivatorUtilities.CreateInstance<TrustFounding>(options));
                var ring = ActivatorUtilities.CreateInstance<KeyRing>(options, files);
                Assert.Equal(ring.Builder.Id, ring.Builder.Id);
                return ring;
            })));

        Assert.Single(rings.Select(r => (r.Builder.Id, r.Promoter.Id)).Distinct());
        Assert.Equal(
            ["builder.pem", "promoter.pem", "root.pub"],
            Directory.GetFiles(Path.Combine(store.Folder, "keys")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["root.pem"], Directory.GetFiles(Path.Combine(store.Folder, "root")).Select(Path.GetFileName));
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
        Assert.NotNull(store.Get<KeyRing>().Promoter);
        DurableFile.Replace(path, content, OwnerOnly);

        var refused = Assert.Throws<UsageException>(() => store.Get<KeyRing>().Promoter);

        Assert.StartsWith($"{path} does not hold a private P-256 key in PEM: restore it from a backup.", refused.Message);
        Assert.Equal(content, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_start_needs_no_folder_of_the_root_key_which_may_be_on_a_medium_that_is_away()
    {
        await using var store = await Store.StartAsync();
        Assert.NotNull(store.Get<KeyRing>().Builder);
        Directory.Delete(Path.Combine(store.Folder, "root"), recursive: true);

        var closed = store.Services.GetServices<PrivateFolder>().Select(f => Path.GetFullPath(f.Path)).ToList();

        Assert.Contains(Path.Combine(store.Folder, "keys"), closed);
        Assert.DoesNotContain(Path.Combine(store.Folder, "root"), closed);
        Assert.NotNull(store.Get<KeyRing>().Promoter);
        Assert.False(Directory.Exists(Path.Combine(store.Folder, "root")));
    }

    [Fact]
    public async Task A_public_key_does_not_pass_for_a_private_one()
    {
        await using var store = await Store.StartAsync();
        using var key = SigningKey.Create();
        Assert.NotNull(store.Get<KeyRing>().Builder);
        DurableFile.Replace(Path.Combine(store.Folder, "keys", "builder.pem"), key.PublicKeyPem, OwnerOnly);

        Assert.Contains("builder.pem does not hold a private P-256 key",
            Assert.Throws<UsageException>(() => store.Get<KeyRing>().Builder).Message);
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
