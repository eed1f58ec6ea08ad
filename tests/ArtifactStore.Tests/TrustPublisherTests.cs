using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.ArtifactStore.Tests;

public sealed class TrustPublisherTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Agents_find_a_policy_that_its_root_signed_and_keys_that_only_the_owner_reads()
    {
        await using var store = await Store.StartAsync();

        await store.Get<TrustPublisher>().PublishAsync(None);

        var (policy, refusal) = Read(store);
        Assert.Null(refusal);
        Assert.Equal(1, policy!.Version);
        foreach (var key in new[] { "root/root", "keys/builder", "keys/promoter" })
        {
            var path = Path.Combine(store.Folder, $"{key}.pem");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        }

        using var root = SigningKey.FromPem(await File.ReadAllTextAsync(Path.Combine(store.Folder, "root", "root.pem"), None));
        Assert.DoesNotContain(root.Id, policy.Keys.Select(k => k.Id));
    }

    [Fact]
    public async Task A_restart_keeps_keys_and_version_and_needs_no_root_key()
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        await using var first = await Store.StartAsync(database: database);
        await first.Get<TrustPublisher>().PublishAsync(None);
        Directory.Delete(Path.Combine(first.Folder, "root"), recursive: true);
        await using var second = await Store.StartAsync(first.Folder, database);
        second.Time.Advance(TimeSpan.FromDays(1000));

        await second.Get<TrustPublisher>().StartAsync(None);
        await second.Get<TrustPublisher>().StopAsync(None);

        Assert.Equal(1, second.Get<CurrentTrust>()().Version);
        Assert.Equal(first.Get<KeyRing>().Builder.Id, second.Get<KeyRing>().Builder.Id);
        Assert.False(Directory.Exists(Path.Combine(first.Folder, "root")));
    }

    [Fact]
    public async Task The_version_never_goes_back_when_file_or_table_is_lost_or_older()
    {
        await using var store = await Store.StartAsync();
        var publisher = store.Get<TrustPublisher>();
        await publisher.PublishAsync(None);
        var older = await File.ReadAllTextAsync(store.TrustFile, None);
        store.Get<SigningKeys>().Renew(null);
        Assert.Equal(2, (await publisher.PublishAsync(None)).Version);

        foreach (var content in new[] { null, older })
        {
            File.Delete(store.TrustFile);
            if (content is not null)
                await File.WriteAllTextAsync(store.TrustFile, content, None);
            Assert.Equal(2, (await publisher.PublishAsync(None)).Version);
            Assert.Equal(2, Read(store).Policy!.Version);
        }

        await store.ExecuteAsync("DELETE FROM artifact.trust WHERE version = 2");
        Assert.Equal(2, (await publisher.PublishAsync(None)).Version);
        Assert.Equal(2, await store.CountAsync("trust"));
    }

    [Fact]
    public async Task A_policy_that_was_lost_everywhere_refuses_the_start_and_says_what_to_do()
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        await using var store = await Store.StartAsync(database: database);
        await store.Get<TrustPublisher>().PublishAsync(None);
        File.Delete(store.TrustFile);
        await store.ExecuteAsync("DELETE FROM artifact.trust");
        await using var again = await Store.StartAsync(store.Folder, database);

        var refused = await Assert.ThrowsAsync<UsageException>(() => again.Get<TrustPublisher>().StartAsync(None));
        Assert.Contains("restore it from a backup", refused.Message);
    }

    [Fact]
    public async Task Each_key_has_the_roles_it_signs_in_and_no_other()
    {
        await using var store = await Store.StartAsync();
        await store.Get<TrustPublisher>().PublishAsync(None);

        var keys = store.Get<KeyRing>();
        Assert.Equal(
            new[] { (keys.Builder.Id, KeyRole.Builder), (keys.Promoter.Id, KeyRole.Promoter),
                (keys.Promoter.Id, KeyRole.Approver) }.Order(),
            Read(store).Policy!.Keys.SelectMany(k => k.Roles.Select(r => (k.Id, r))).Order());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another key")]
    public async Task A_root_key_that_was_lost_or_changed_beside_the_policy_is_written_again(string? content)
    {
        await using var store = await Store.StartAsync();
        await store.Get<TrustPublisher>().PublishAsync(None);
        var root = Path.Combine(store.Folder, "trust", "root.pub");
        var written = await File.ReadAllTextAsync(root, None);
        File.Delete(root);
        if (content is not null)
            await File.WriteAllTextAsync(root, content, None);

        await store.Get<TrustPublisher>().PublishAsync(None);

        Assert.Equal(written, await File.ReadAllTextAsync(root, None));
        Assert.Equal(1, Read(store).Policy!.Version);
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_not_used()
    {
        await using var store = await Store.StartAsync();
        Assert.NotNull(store.Get<KeyRing>().Builder);
        File.SetUnixFileMode(Path.Combine(store.Folder, "keys", "builder.pem"), (UnixFileMode)0x1A4);
        await using var again = await Store.StartAsync(store.Folder);

        Assert.Contains("chmod 600", Assert.Throws<UsageException>(() => again.Get<KeyRing>().Builder).Message);
    }

    private static (TrustPolicy? Policy, string? Refusal) Read(Store store) => TrustPolicy.Read(
        File.ReadAllText(store.TrustFile), File.ReadAllText(Path.Combine(store.Folder, "trust", "root.pub")), store.Time.GetUtcNow(), 0);
}
