using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.TestKit;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Trust;

/// <summary>The policy that agents read when keys, files, rows or servers change.</summary>
public sealed class KeyRotationTests
{
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("builder", VerificationCode.UntrustedKey, null)]
    [InlineData("promoter", null, VerificationCode.UntrustedKey)]
    [InlineData("root", null, null)]
    public async Task A_new_key_brings_the_next_version_and_ends_what_the_old_one_signed(string key, string? provenance, string? promotion)
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        await using var first = await Store.StartAsync(database: database);
        await first.Get<TrustPublisher>().PublishAsync(None);
        var release = await first.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);
        await first.Get<AttestationCommands>().SignPromotionAsync(Tester, Promotion(release), None);
        File.Delete(Path.Combine(first.Folder, "keys", $"{key}.pem"));
        await using var second = await Store.StartAsync(first.Folder, database);

        Assert.Equal(2, (await second.Get<TrustPublisher>().PublishAsync(None)).Version);

        Assert.Equal(2, Read(second).Policy!.Version);
        var codes = (await second.Get<AttestationQueries>().OfAsync(Api.Digest, None)).ToDictionary(v => v.PredicateType, v => v.Code);
        Assert.Equal((provenance, promotion), (codes[ProvenancePredicate.Type], codes[PromotionPredicate.Type]));
        Assert.All(
            await first.Get<AttestationQueries>().OfAsync(Api.Digest, None), v => Assert.True(v.Verified, "the first server has its keys"));
    }

    [Fact]
    public async Task An_agent_with_the_old_root_refuses_the_policy_of_the_new_one()
    {
        await using var store = await Store.StartAsync();
        await store.Get<TrustPublisher>().PublishAsync(None);
        var old = await File.ReadAllTextAsync(Path.Combine(store.Folder, "trust", "root.pub"), None);
        File.Delete(Path.Combine(store.Folder, "keys", "root.pem"));
        await using var again = await Store.StartAsync(store.Folder);

        await again.Get<TrustPublisher>().PublishAsync(None);

        Assert.Equal(
            (null, "The trust file is not signed by a root key of this agent."),
            TrustPolicy.Read(await File.ReadAllTextAsync(again.TrustFile, None), old, again.Time.GetUtcNow(), 0));
        Assert.NotNull(Read(again).Policy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("{}")]
    [InlineData("half")]
    public async Task A_file_that_is_no_policy_any_more_is_written_again_in_the_same_version(string content)
    {
        await using var store = await Store.StartAsync();
        await store.Get<TrustPublisher>().PublishAsync(None);
        var written = await File.ReadAllTextAsync(store.TrustFile, None);
        await File.WriteAllTextAsync(store.TrustFile, content == "half" ? written[..(written.Length / 2)] : content, None);

        Assert.Equal(1, (await store.Get<TrustPublisher>().PublishAsync(None)).Version);

        Assert.Equal(written, await File.ReadAllTextAsync(store.TrustFile, None));
        Assert.Equal(1, await store.CountAsync("trust"));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(store.TrustFile)!).Length);
        Assert.Equal(ForAll, File.GetUnixFileMode(store.TrustFile));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(45 * 86_400, 1)]
    [InlineData(45 * 86_400 + 1, 2)]
    [InlineData(90 * 86_400, 2)]
    [InlineData(1000 * 86_400, 2)]
    public async Task The_next_version_comes_when_less_than_half_of_ninety_days_is_left(int seconds, long version)
    {
        await using var store = await Store.StartAsync();
        await store.Get<TrustPublisher>().PublishAsync(None);
        store.Time.Advance(TimeSpan.FromSeconds(seconds));

        var policy = await store.Get<TrustPublisher>().PublishAsync(None);

        Assert.Equal(version, policy.Version);
        Assert.Equal(store.Time.GetUtcNow().AddDays(90), version == 1 ? policy.Expires.AddSeconds(seconds) : policy.Expires);
        Assert.Equal(version, await store.CountAsync("trust"));
    }

    [Fact]
    public async Task A_row_that_another_root_signed_or_that_is_no_policy_counts_by_its_version_only()
    {
        await using var store = await Store.StartAsync();
        await store.ExecuteAsync("INSERT INTO artifact.trust VALUES (41, now(), 'garbage')");

        Assert.Equal(42, (await store.Get<TrustPublisher>().PublishAsync(None)).Version);
        Assert.Equal(42, Read(store).Policy!.Version);
    }

    [Fact]
    public async Task Before_the_first_publication_the_own_keys_count_already()
    {
        await using var store = await Store.StartAsync();
        await store.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);

        Assert.Equal(0, store.Get<CurrentTrust>()().Version);
        Assert.True(Assert.Single(await store.Get<AttestationQueries>().OfAsync(Api.Digest, None)).Verified);
        await store.Get<TrustPublisher>().PublishAsync(None);
        Assert.Equal(1, store.Get<CurrentTrust>()().Version);
    }

    [Fact]
    public async Task Servers_that_publish_at_once_end_with_one_policy()
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        await using var first = await Store.StartAsync(database: database);
        await using var second = await Store.StartAsync(first.Folder, database);
        var publishers = new[] { first.Get<TrustPublisher>(), second.Get<TrustPublisher>() };

        await Task.WhenAll(publishers.Select(p => Task.Run(() => p.StartAsync(None))));
        await Eventually.IsTrueAsync(
            () =>
            {
                first.Time.Advance(TimeSpan.FromSeconds(5));
                second.Time.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(publishers.All(p => p.Current.Version > 0));
            },
            TimeSpan.FromSeconds(60), "both servers have a policy");
        await Task.WhenAll(publishers.Select(p => p.StopAsync(None)));

        Assert.Equal([1L, 1L], publishers.Select(p => p.Current.Version));
        Assert.Equal(1, await first.CountAsync("trust"));
        Assert.Equal(await first.TextAsync("SELECT document FROM artifact.trust"), await File.ReadAllTextAsync(first.TrustFile, None));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_tried_again_until_it_can()
    {
        await using var store = await Store.StartAsync();
        var folder = Path.GetDirectoryName(store.TrustFile)!;
        await File.WriteAllTextAsync(folder, "in the way", None);
        var publisher = store.Get<TrustPublisher>();
        await publisher.StartAsync(None);
        await Eventually.IsTrueAsync(async () => await store.CountAsync("trust") == 1, TimeSpan.FromSeconds(60), "the row is written");

        File.Delete(folder);
        await Eventually.IsTrueAsync(
            () =>
            {
                store.Time.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(publisher.Current.Version == 1);
            },
            TimeSpan.FromSeconds(60), "the policy is published");
        await publisher.StopAsync(None);

        Assert.Equal(1, Read(store).Policy!.Version);
        Assert.Equal(1, await store.CountAsync("trust"));
    }

    private static NewPromotionStatement Promotion(Release release) =>
        new("production", release.Digest, [Api], "api", 1, DateTimeOffset.MaxValue);

    private static (TrustPolicy? Policy, string? Refusal) Read(Store store) => TrustPolicy.Read(
        File.ReadAllText(store.TrustFile), File.ReadAllText(Path.Combine(store.Folder, "trust", "root.pub")), store.Time.GetUtcNow(), 0);
}
