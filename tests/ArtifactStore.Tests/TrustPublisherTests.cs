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
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(store.Folder, "keys", $"{key}.pem")));
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
