using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.ArtifactStore.Data;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Data;

/// <summary>Releases in the database: numbers without a gap, one release for one content, lists in a fixed order.</summary>
public sealed class ReleaseNumberTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private Store store = null!;
    private ReleaseCommands commands = null!;
    private ReleaseQueries releases = null!;

    public async ValueTask InitializeAsync()
    {
        store = await Store.StartAsync();
        (commands, releases) = (store.Get<ReleaseCommands>(), store.Get<ReleaseQueries>());
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Neither_a_second_build_of_the_same_content_nor_a_transaction_that_failed_leaves_a_gap()
    {
        Assert.Equal(1, (await MakeAsync(1)).Number);
        Assert.Equal(1, (await commands.CreateAsync(Tester, Release(2, $"{1:x40}"), None)).Number);
        var before = await Written.ReadAsync(store.Get<NpgsqlDataSource>());
        await Assert.ThrowsAsync<TimeoutException>(() => Transactions.InTransactionAsync(
            async _ =>
            {
                Assert.Equal(2, (await MakeAsync(3)).Number);
                throw new TimeoutException("what came after it failed");
            },
            None));
        Assert.Empty(Written.Changes(before, await Written.ReadAsync(store.Get<NpgsqlDataSource>())));

        Assert.Equal(2, (await MakeAsync(4)).Number);
    }

    [Fact]
    public async Task Each_repository_counts_for_itself()
    {
        var other = new RepositoryId(Guid.Parse("01900000-0000-7000-8000-000000000002"));
        Assert.Equal(1, (await MakeAsync(1)).Number);
        Assert.Equal(1, (await commands.CreateAsync(Tester, Release(2) with { RepositoryId = other }, None)).Number);
        Assert.Equal(2, (await commands.CreateAsync(Tester, Release(3, $"{3:x40}") with { RepositoryId = other }, None)).Number);
        Assert.Equal(2, (await MakeAsync(4)).Number);

        Assert.Equal([2, 1], (await releases.ListAsync(other, null, 10, None)).Items.Select(r => r.Number));
        Assert.Equal(4, (await releases.ListAsync(null, null, 10, None)).Items.Count);
        Assert.Equal(Build(2), (await releases.FindAsync(other, 1, None))!.BuildId);
    }

    [Fact]
    public async Task Builds_of_the_same_content_that_end_at_once_share_one_release_and_each_finds_it()
    {
        var made = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(() => commands.CreateAsync(Tester, Release(i), None))));

        Assert.Equal((made[0].Digest, 1), Assert.Single(made.Select(r => (r.Digest, r.Number)).Distinct()));
        Assert.Single(store.Events.OfType<ReleaseCreated>());
        Assert.Equal(
            (1, 1, 8),
            (await store.CountAsync("release"), await store.CountAsync("attestation"), await store.CountAsync("release_build")));
        foreach (var build in Enumerable.Range(1, 8).Select(Build))
            Assert.Equal(made[0].Digest, (await releases.ForBuildAsync(build, None))!.Digest);
        Assert.Null(await releases.ForBuildAsync(Build(9), None));
    }

    [Fact]
    public async Task A_build_keeps_the_release_it_has_whatever_it_reports_later()
    {
        var first = await MakeAsync(1);
        await commands.HoldAsync(Eleni, first.Digest, "slow", None);

        var again = await commands.CreateAsync(Tester, Release(1, $"{2:x40}", Deployable("new")), None);

        Assert.Equal((first.Digest, "slow", 1), (again.Digest, again.HeldReason, await store.CountAsync("release")));
    }

    [Fact]
    public async Task A_release_of_nothing_is_numbered_and_has_no_provenance()
    {
        var release = await commands.CreateAsync(Tester, Release() with { Artifacts = [], Deployables = [] }, None);

        Assert.Empty(release.Deployables);
        Assert.Empty((await releases.ArtifactsAsync(release.Digest, None))!);
        Assert.Equal(0, await store.CountAsync("attestation"));
        Assert.Null(await releases.ArtifactsAsync(Digest.Of("none"u8), None));
        Assert.Null(await releases.FindAsync(Digest.Of("none"u8), None));
    }

    [Fact]
    public async Task The_releases_of_a_commit_are_listed_newest_first_and_those_of_the_same_moment_by_build()
    {
        foreach (var (build, deployable) in new[] { (2, "a"), (1, "b"), (3, "c") })
            await commands.CreateAsync(Tester, Release(build, null, Deployable(deployable)), None);
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await commands.CreateAsync(Tester, Release(0, null, Deployable("d")), None);

        Assert.Equal([Build(0), Build(3), Build(2), Build(1)], (await releases.ForCommitAsync(Commit, None)).Select(r => r.BuildId));
        Assert.Empty(await releases.ForCommitAsync(CommitSha.Parse(new string('f', 40)), None));
    }

    [Theory]
    [InlineData("document = document || ' '")]
    [InlineData("document = '{}'")]
    [InlineData("document = ''")]
    [InlineData("digest = 'sha256:' || repeat('a', 64)")]
    public async Task A_release_that_was_changed_in_the_database_is_held_everywhere_and_one_security_event(string change)
    {
        await MakeAsync(1);
        await store.ExecuteAsync("ALTER TABLE artifact.release_build DROP CONSTRAINT release_build_release_fkey");
        await store.ExecuteAsync($"UPDATE artifact.release SET {change}");
        await store.ExecuteAsync("UPDATE artifact.release_build SET release = (SELECT digest FROM artifact.release)");
        var digest = Digest.Parse(await store.TextAsync("SELECT digest FROM artifact.release"));

        foreach (var read in new[]
        {
            await releases.FindAsync(digest, None), await releases.FindAsync(Repository, 1, None),
            Assert.Single(await releases.ForCommitAsync(CommitSha.Parse($"{1:x40}"), None)), await releases.ForBuildAsync(Build(1), None),
            Assert.Single((await releases.ListAsync(null, null, 10, None)).Items),
        })
        {
            Assert.StartsWith("release-altered: The stored document of release", read!.HeldReason);
            Assert.Empty(read.Deployables);
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => releases.ArtifactsAsync(digest, None));
        await store.Get<AlteredReleases>().RaiseAsync(None);
        await store.Get<AlteredReleases>().RaiseAsync(None);
        var raised = Assert.Single(store.Events.OfType<SecurityEventRaised>());
        Assert.Equal((VerificationCode.ReleaseAltered, digest), (raised.Code, raised.Release));
        Assert.True(await commands.HoldAsync(Eleni, digest, "x", None));
        Assert.True(await commands.UnholdAsync(Eleni, digest, "x", None));
        Assert.NotNull((await releases.FindAsync(digest, None))!.HeldReason);
    }

    [Fact]
    public async Task A_hold_by_many_at_once_is_one_event_and_lifting_what_is_not_held_is_none()
    {
        var release = await MakeAsync(1);
        Assert.True(await commands.UnholdAsync(Eleni, release.Digest, null, None));

        var held = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => Task.Run(() => commands.HoldAsync(Eleni, release.Digest, $"reason {i}", None))));

        Assert.All(held, Assert.True);
        var recorded = Assert.Single(store.Events.OfType<ActionRecorded>());
        Assert.Equal(("release.held", release.Digest.ToString()), (recorded.Action, recorded.Target));
        Assert.Equal(recorded.Message, (await releases.FindAsync(release.Digest, None))!.HeldReason);
    }

    [Theory]
    [InlineData("artifact", "gen_random_uuid(), 'm', 'n', 'md5:1', 1, 't', now()")]
    [InlineData("artifact", "gen_random_uuid(), 'm', 'n', D, -1, 't', now()")]
    [InlineData("release", "'x', gen_random_uuid(), C, gen_random_uuid(), 1, now(), null, ''")]
    [InlineData("release", "D, gen_random_uuid(), 'main', gen_random_uuid(), 1, now(), null, ''")]
    [InlineData("release", "D, gen_random_uuid(), C, gen_random_uuid(), 0, now(), null, ''")]
    [InlineData("release", "D, R, C, gen_random_uuid(), 1, now(), null, ''")]
    [InlineData("release_build", "gen_random_uuid(), D")]
    [InlineData("attestation", "'x', 't', 'k', now(), ''")]
    [InlineData("attestation_subject", "D, D")]
    [InlineData("attestation_subject", "'x', (select digest from artifact.attestation)")]
    public async Task The_tables_refuse_what_no_release_can_be(string table, string values)
    {
        await MakeAsync(1);
        var row = values.Replace("D", $"'sha256:{new string('d', 64)}'", StringComparison.Ordinal)
            .Replace("C", $"'{new string('c', 40)}'", StringComparison.Ordinal).Replace("R", $"'{Repository}'", StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => store.ExecuteAsync($"INSERT INTO artifact.{table} VALUES ({row})"));

        Assert.StartsWith("23", refused.SqlState, StringComparison.Ordinal);
    }

    private Task<Release> MakeAsync(int build) => commands.CreateAsync(Tester, Release(build, $"{build:x40}"), None);
}
