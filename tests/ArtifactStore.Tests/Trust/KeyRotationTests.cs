using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Trust;

/// <summary>The policy that agents read when keys, files, rows or servers change.</summary>
public sealed class KeyRotationTests
{
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("builder")]
    [InlineData("promoter")]
    public async Task A_rotation_while_the_server_runs_stops_nothing_and_keeps_what_the_old_key_signed(string name)
    {
        await using var store = await Store.StartAsync();
        var keys = store.Get<KeyRing>();
        await store.Get<TrustPublisher>().PublishAsync(None);
        var release = await store.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);
        await store.Get<AttestationCommands>().SignPromotionAsync(Tester, Promotion(release), None);
        var (builder, promoter) = (keys.Builder.Id, keys.Promoter.Id);

        store.Time.Advance(TimeSpan.FromSeconds(1));
        var said = store.Get<SigningKeys>().Rotate(name, null);
        Assert.Equal(2, (await store.Get<TrustPublisher>().PublishAsync(None)).Version);

        Assert.Equal((name == "builder", name == "promoter"), (builder != keys.Builder.Id, promoter != keys.Promoter.Id));
        Assert.Contains(name == "builder" ? keys.Builder.Id : keys.Promoter.Id, said);
        await store.Get<AttestationCommands>().SignPromotionAsync(Tester, Promotion(release) with { Generation = 2 }, None);
        store.Time.Advance(TimeSpan.FromDays(400));
        var statements = await store.Get<AttestationQueries>().OfAsync(Api.Digest, None);
        Assert.Equal(3, statements.Count);
        Assert.All(statements, s => Assert.True(s.Verified, s.Detail));
        Assert.Equal(2, Read(store).Policy!.Version);
    }

    [Fact]
    public async Task A_retired_key_signs_nothing_new_and_a_revoked_one_counts_for_nothing()
    {
        await using var store = await Store.StartAsync();
        var old = await File.ReadAllTextAsync(await KeyFileAsync(store, "promoter"), None);
        var release = await store.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);
        await store.Get<AttestationCommands>().SignPromotionAsync(Tester, Promotion(release), None);
        store.Get<SigningKeys>().Rotate("promoter", null);
        store.Time.Advance(TimeSpan.FromMinutes(6));
        using var retired = SigningKey.FromPem(old);
        var late = Statements.SignPromotion(
            [StatementSubject.Of("api", Api.Digest.ToString())],
            new PromotionPredicate("production", release.Digest.ToString(), "api", 9, DateTimeOffset.MaxValue), retired,
            store.Time.GetUtcNow());
        var trust = store.Get<CurrentTrust>();
        var verdict = Verifier.Verify(trust(), late, KeyRole.Promoter, store.Time.GetUtcNow());
        Assert.Equal(VerificationCode.UntrustedKey, verdict.Code);
        Assert.Contains("was retired at", verdict.Detail);

        await File.WriteAllTextAsync(await KeyFileAsync(store, "promoter"), old, None);
        var refused = Assert.Throws<UsageException>(() => store.Get<KeyRing>().Promoter);
        Assert.Contains("was retired at", refused.Message);

        store.Get<SigningKeys>().Revoke(retired.Id, "Stolen.", null);
        Assert.False((await store.Get<AttestationQueries>().OfAsync(Api.Digest, None))
            .Single(s => s.PredicateType == PromotionPredicate.Type).Verified);
    }

    [Theory]
    [InlineData("builder", true)]
    [InlineData("promoter", true)]
    [InlineData("builder", false)]
    [InlineData("promoter", false)]
    public async Task A_swapped_signing_key_refuses_the_start_with_words_and_signs_nothing(string name, bool running)
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        await using var first = await Store.StartAsync(database: database);
        await first.Get<TrustPublisher>().PublishAsync(None);
        Assert.NotNull(first.Get<KeyRing>().Builder);
        using var swapped = SigningKey.Create();
        await File.WriteAllTextAsync(await KeyFileAsync(first, name), swapped.ExportPrivatePem(), None);
        var before = await File.ReadAllTextAsync(first.TrustFile, None);
        await using var second = await Store.StartAsync(first.Folder, database);

        var refused = running
            ? Assert.Throws<UsageException>(() => name == "builder" ? first.Get<KeyRing>().Builder : first.Get<KeyRing>().Promoter)
            : await Assert.ThrowsAsync<UsageException>(() => second.Get<TrustPublisher>().StartAsync(None));

        Assert.Contains($"({swapped.Id}) is not one that trust policy version 1 lets sign as {name}", refused.Message);
        Assert.Contains($"keys rotate {name}", refused.Message);
        Assert.Equal(before, await File.ReadAllTextAsync(first.TrustFile, None));
    }

    [Fact]
    public async Task Every_change_of_trust_is_journaled_once_with_what_changed()
    {
        await using var store = await Store.StartAsync();
        var publisher = store.Get<TrustPublisher>();
        await publisher.PublishAsync(None);
        var old = store.Get<KeyRing>().Promoter.Id;
        store.Get<SigningKeys>().Rotate("promoter", null);
        await publisher.PublishAsync(None);
        await publisher.PublishAsync(None);
        store.Get<SigningKeys>().Revoke(old, "Stolen.", null);
        await publisher.PublishAsync(None);

        var changes = store.Events.OfType<ActionRecorded>().Where(e => e.Action == "trust.changed").ToList();
        Assert.Equal(
            ["trust policy version 1", "trust policy version 2", "trust policy version 3"], changes.Select(c => c.Target));
        Assert.Contains("may sign as builder", changes[0].Message);
        Assert.Contains($"key {old[..12]} (promoter, approver) is retired at", changes[1].Message);
        Assert.Contains($"key {old[..12]} is revoked: Stolen.", changes[2].Message);
    }

    [Fact]
    public async Task Without_the_root_key_nothing_changes_and_another_key_is_not_it()
    {
        await using var store = await Store.StartAsync();
        await store.Get<TrustPublisher>().PublishAsync(None);
        var root = Path.Combine(store.Folder, "root", "root.pem");
        var away = Path.Combine(store.Folder, "away.pem");
        File.Move(root, away);
        var keys = store.Get<SigningKeys>();

        Assert.Contains(root, Assert.Throws<UsageException>(() => keys.Rotate("promoter", null)).Message);
        using (var other = SigningKey.Create())
            Pipeline.Kernel.Files.DurableFile.Replace(root, other.ExportPrivatePem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains("is not the root key of this server", Assert.Throws<UsageException>(() => keys.Renew(null)).Message);
        Assert.Contains("no signing key 'root'", Assert.Throws<UsageException>(() => keys.Rotate("root", away)).Message);
        Assert.Contains("names no key 'abc'", Assert.Throws<UsageException>(() => keys.Revoke("abc", "x", away)).Message);
        Assert.Equal(1, Read(store).Policy!.Version);

        Assert.Contains("version 2", keys.Rotate("promoter", away));
        Assert.Equal(2, Read(store).Policy!.Version);
    }

    [Fact]
    public async Task Keys_of_an_earlier_version_stay_and_their_root_key_moves_away_unless_one_was_swapped()
    {
        var database = await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        await using var first = await Store.StartAsync(database: database);
        await first.Get<TrustPublisher>().PublishAsync(None);
        await first.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);
        var keys = Path.Combine(first.Folder, "keys");
        File.Move(Path.Combine(first.Folder, "root", "root.pem"), Path.Combine(keys, "root.pem"));
        File.Delete(Path.Combine(keys, "root.pub"));
        var promoter = await File.ReadAllTextAsync(Path.Combine(keys, "promoter.pem"), None);
        using var swapped = SigningKey.Create();
        await File.WriteAllTextAsync(Path.Combine(keys, "promoter.pem"), swapped.ExportPrivatePem(), None);
        await using var refusing = await Store.StartAsync(first.Folder, database);
        Assert.Contains("was swapped", Assert.Throws<UsageException>(() => refusing.Get<CurrentTrust>()()).Message);
        await File.WriteAllTextAsync(Path.Combine(keys, "promoter.pem"), promoter, None);
        await using var moved = await Store.StartAsync(first.Folder, database);

        await moved.Get<TrustPublisher>().StartAsync(None);
        await moved.Get<TrustPublisher>().StopAsync(None);

        Assert.Equal(2, Read(moved).Policy!.Version);
        Assert.False(File.Exists(Path.Combine(keys, "root.pem")));
        Assert.True(File.Exists(Path.Combine(first.Folder, "root", "root.pem")));
        Assert.True(Assert.Single(await moved.Get<AttestationQueries>().OfAsync(Api.Digest, None)).Verified);
    }

    [Fact]
    public async Task A_lost_public_root_is_not_founded_anew()
    {
        await using var first = await Store.StartAsync();
        await first.Get<TrustPublisher>().PublishAsync(None);
        File.Delete(Path.Combine(first.Folder, "keys", "root.pub"));
        await using var again = await Store.StartAsync(first.Folder);

        Assert.Contains("Restore the file from a backup", Assert.Throws<UsageException>(() => again.Get<CurrentTrust>()()).Message);
    }

    [Fact]
    public async Task A_first_start_that_was_interrupted_goes_on_with_the_keys_that_it_made()
    {
        await using var first = await Store.StartAsync();
        var promoter = first.Get<KeyRing>().Promoter.Id;
        var keys = Path.Combine(first.Folder, "keys");
        File.Delete(Path.Combine(keys, "root.pub"));
        File.Delete(first.TrustFile);
        await File.WriteAllTextAsync(Path.Combine(keys, "founding"), "", None);
        await using var again = await Store.StartAsync(first.Folder);

        Assert.Equal(promoter, again.Get<KeyRing>().Promoter.Id);
        Assert.False(File.Exists(Path.Combine(keys, "founding")));
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

    [Fact]
    public async Task A_row_that_another_root_signed_or_that_is_no_policy_changes_nothing()
    {
        await using var store = await Store.StartAsync();
        using var other = SigningKey.Create();
        var foreign = TrustPolicy.Sign(new TrustPolicy(50, DateTimeOffset.MaxValue, [], []), other);
        await store.ExecuteAsync($"INSERT INTO artifact.trust VALUES (41, now(), 'garbage'), (50, now(), '{foreign}')");

        Assert.Equal(1, (await store.Get<TrustPublisher>().PublishAsync(None)).Version);
        Assert.Equal(1, Read(store).Policy!.Version);
    }

    [Fact]
    public async Task Before_the_first_publication_the_own_keys_count_already()
    {
        await using var store = await Store.StartAsync();
        await store.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);

        Assert.True(Assert.Single(await store.Get<AttestationQueries>().OfAsync(Api.Digest, None)).Verified);
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
                return Task.FromResult(File.Exists(first.TrustFile));
            },
            TimeSpan.FromSeconds(60), "both servers have a policy");
        await Task.WhenAll(publishers.Select(p => p.StopAsync(None)));

        Assert.Equal((1L, 1L), (first.Get<CurrentTrust>()().Version, second.Get<CurrentTrust>()().Version));
        Assert.Equal(1, await first.CountAsync("trust"));
        Assert.Equal(await first.TextAsync("SELECT document FROM artifact.trust"), await File.ReadAllTextAsync(first.TrustFile, None));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_tried_again_until_it_can()
    {
        await using var store = await Store.StartAsync();
        var publisher = store.Get<TrustPublisher>();
        await publisher.PublishAsync(None);
        var folder = Path.GetDirectoryName(store.TrustFile)!;
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "in the way", None);
        await publisher.StartAsync(None);

        File.Delete(folder);
        await Eventually.IsTrueAsync(
            () =>
            {
                store.Time.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(File.Exists(store.TrustFile));
            },
            TimeSpan.FromSeconds(60), "the policy is published");
        await publisher.StopAsync(None);

        Assert.Equal(1, Read(store).Policy!.Version);
        Assert.Equal(1, await store.CountAsync("trust"));
    }

    // The keys are made when they are first asked for.
    private static Task<string> KeyFileAsync(Store store, string name)
    {
        Assert.NotNull(store.Get<KeyRing>().Promoter);
        return Task.FromResult(Path.Combine(store.Folder, "keys", $"{name}.pem"));
    }

    private static NewPromotionStatement Promotion(Release release) =>
        new("production", release.Digest, [Api], "api", 1, DateTimeOffset.MaxValue);

    private static (TrustPolicy? Policy, string? Refusal) Read(Store store) => TrustPolicy.Read(
        File.ReadAllText(store.TrustFile), File.ReadAllText(Path.Combine(store.Folder, "trust", "root.pub")), store.Time.GetUtcNow(), 0);
}
