using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
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
        foreach (var key in new[] { "root", "builder", "promoter" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(store.Folder, "keys", $"{key}.pem")));
        Assert.DoesNotContain(store.Get<KeyRing>().Root.Id, policy.Keys.Select(k => k.Id));
    }

    [Fact]
    public async Task A_restart_keeps_keys_and_version_and_half_of_the_life_brings_the_next_version()
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        await using var first = await Store.StartAsync(database: database);
        await first.Get<TrustPublisher>().PublishAsync(None);
        await using var second = await Store.StartAsync(first.Folder, database);
        Assert.Equal(1, (await second.Get<TrustPublisher>().PublishAsync(None)).Version);
        Assert.Equal(first.Get<KeyRing>().Builder.Id, second.Get<KeyRing>().Builder.Id);

        second.Time.Advance(TimeSpan.FromDays(46));

        Assert.Equal(2, (await second.Get<TrustPublisher>().PublishAsync(None)).Version);
        Assert.Equal(2, Read(second).Policy!.Version);
    }

    [Fact]
    public async Task The_version_never_goes_back_when_the_file_or_the_database_is_lost()
    {
        await using var store = await Store.StartAsync();
        var publisher = store.Get<TrustPublisher>();
        await publisher.PublishAsync(None);
        store.Time.Advance(TimeSpan.FromDays(46));
        await publisher.PublishAsync(None);

        File.Delete(store.TrustFile);
        await publisher.PublishAsync(None);
        Assert.Equal(2, Read(store).Policy!.Version);

        await store.ExecuteAsync("DELETE FROM artifact.trust");
        Assert.Equal(3, (await publisher.PublishAsync(None)).Version);
        Assert.Equal(3, Read(store).Policy!.Version);
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
    public async Task A_version_that_agents_saw_counts_even_when_it_has_expired()
    {
        await using var store = await Store.StartAsync();
        var publisher = store.Get<TrustPublisher>();
        await publisher.PublishAsync(None);
        store.Time.Advance(TimeSpan.FromDays(46));
        await publisher.PublishAsync(None);
        await store.ExecuteAsync("DELETE FROM artifact.trust");
        store.Time.Advance(TimeSpan.FromDays(1000));

        Assert.Equal(3, (await publisher.PublishAsync(None)).Version);
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_not_used()
    {
        await using var store = await Store.StartAsync();
        store.Get<KeyRing>();
        File.SetUnixFileMode(Path.Combine(store.Folder, "keys", "builder.pem"), (UnixFileMode)0x1A4);
        await using var again = await Store.StartAsync(store.Folder);

        Assert.Contains("chmod 600", Assert.Throws<InvalidOperationException>(() => again.Get<KeyRing>()).Message);
    }

    private static (TrustPolicy? Policy, string? Refusal) Read(Store store) => TrustPolicy.Read(
        File.ReadAllText(store.TrustFile), File.ReadAllText(Path.Combine(store.Folder, "trust", "root.pub")), store.Time.GetUtcNow(), 0);
}
