using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.ArtifactStore.Core;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Paging;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests;

public sealed class ReleaseTests : IAsyncLifetime
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
    public void The_name_of_a_release_depends_on_its_content_only()
    {
        string Name(params ReleaseDeployable[] deployables) => ReleaseDocument.Of(Release(1, null, deployables)).ToCanonicalJson();

        var one = Name(Deployable("a", ("X", "1"), ("A", "ü\"<>")), Deployable("b"));
        Assert.Equal(one, Name(Deployable("b"), Deployable("a", ("A", "ü\"<>"), ("X", "1"))));
        Assert.Equal(one, Name(Deployable("b"), Deployable("a", ("A", "ü\"<>"), ("X", "1")) with { Cpus = 0.5m }));
        Assert.NotEqual(one, Name(Deployable("b"), Deployable("a", ("A", "ü\"<>"), ("X", "2"))));
        Assert.DoesNotContain("null", one, StringComparison.Ordinal);
        Assert.StartsWith("{\"artifacts\":[{\"bytes\":3,\"digest\":\"sha256:", one, StringComparison.Ordinal);
        Assert.Equal(one, ReleaseDocument.Parse(one).ToCanonicalJson());
    }

    [Fact]
    public async Task A_release_comes_back_as_it_was_made_numbered_signed_and_announced()
    {
        var made = await commands.CreateAsync(Tester, Release(), None);

        var found = await releases.FindAsync(made.Digest, None);
        Assert.Equivalent(made, found);
        Assert.Equal((1, Commit, Build(1)), (found!.Number, found.CommitSha, found.BuildId));
        Assert.Equal(["api", "web"], found.Deployables.Select(d => d.Name));
        Assert.Equal(6, found.Deployables[0].Stages["production"].Instances);
        Assert.Equal([Api, Web], await releases.ArtifactsAsync(made.Digest, None));
        Assert.Equal(new ReleaseCreated(Repository, Commit, Build(1), made.Digest, 1), Assert.Single(store.Events));
        Assert.Equal(made.Digest, (await releases.FindAsync(Repository, 1, None))!.Digest);
        Assert.Equal(made.Digest, Assert.Single(await releases.ForCommitAsync(Commit, None)).Digest);
        Assert.Equal(made.Digest, (await releases.ForBuildAsync(Build(1), None))!.Digest);
    }

    [Fact]
    public async Task The_same_build_again_or_the_same_content_makes_no_second_release()
    {
        var first = await commands.CreateAsync(Tester, Release(), None);
        var again = await commands.CreateAsync(Tester, Release(), None);
        var rebuilt = await commands.CreateAsync(Tester, Release(build: 2), None);

        Assert.Equal(first.Digest, again.Digest);
        Assert.Equal(first.Digest, rebuilt.Digest);
        Assert.Equal(first.Digest, (await releases.ForBuildAsync(Build(2), None))!.Digest);
        Assert.Single(store.Events);
        Assert.Equal(1, await store.CountAsync("release"));
    }

    [Fact]
    public async Task Builds_that_end_together_get_numbers_of_their_own()
    {
        var made = await Task.WhenAll(Enumerable.Range(1, 12).Select(i => Task.Run(() => commands.CreateAsync(Tester, Release(i, $"{i:x40}"), None))));

        Assert.Equal(Enumerable.Range(1, 12), made.Select(r => r.Number).Order());
    }

    [Fact]
    public async Task One_build_reported_many_times_at_once_makes_one_release()
    {
        var made = await Task.WhenAll(Enumerable.Range(1, 8).Select(_ => Task.Run(() => commands.CreateAsync(Tester, Release(), None))));

        Assert.Single(made.Select(r => r.Digest).Distinct());
        Assert.Single(store.Events);
    }

    [Fact]
    public async Task Lists_page_without_gaps_newest_first()
    {
        for (var i = 1; i <= 7; i++)
        {
            store.Time.Advance(TimeSpan.FromSeconds(i % 2));
            await commands.CreateAsync(Tester, Release(i, $"{i:x40}"), None);
        }

        var numbers = new List<int>();
        string? next = null;
        do
        {
            var page = await releases.ListAsync(Repository, Cursor.TryParse(next), 3, None);
            numbers.AddRange(page.Items.Select(r => r.Number));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal([7, 6, 5, 4, 3, 2, 1], numbers);
        Assert.Empty((await releases.ListAsync(new RepositoryId(Guid.Empty), null, 3, None)).Items);
        Assert.Equal(2, (await releases.FindAsync(Repository, 2, None))!.Number);
        Assert.Null(await releases.FindAsync(Repository, 8, None));
    }

    [Fact]
    public async Task A_hold_is_kept_with_its_first_reason_until_it_is_lifted()
    {
        var release = await commands.CreateAsync(Tester, Release(), None);

        Assert.True(await commands.HoldAsync(Eleni, release.Digest, "bad", None));
        Assert.True(await commands.HoldAsync(Tester, release.Digest, "worse", None));
        Assert.Equal("bad", (await releases.FindAsync(release.Digest, None))!.HeldReason);
        Assert.True(await commands.UnholdAsync(Eleni, release.Digest, "looked at", None));
        Assert.Null((await releases.FindAsync(release.Digest, None))!.HeldReason);
        Assert.False(await commands.HoldAsync(Tester, Digest.Of("none"u8), "x", None));

        Assert.Equal(["release.held", "release.released"], store.Events.OfType<ActionRecorded>().Select(e => e.Action));
    }

    [Fact]
    public async Task What_was_changed_of_a_release_in_the_database_is_not_given_out()
    {
        var release = await commands.CreateAsync(Tester, Release(), None);
        await store.ExecuteAsync("UPDATE artifact.release SET document = replace(document, './serve', './evil')");

        Assert.DoesNotContain((await releases.FindAsync(release.Digest, None))!.Deployables, d => d.Run == "./evil");
    }

    [Fact]
    public async Task What_the_control_plane_signs_an_agent_verifies()
    {
        var release = await commands.CreateAsync(Tester, Release(), None);
        var trust = await store.Get<TrustPublisher>().PublishAsync(None);
        var now = store.Time.GetUtcNow();
        var promotion = await store.Get<AttestationCommands>().SignPromotionAsync(
            Tester, new NewPromotionStatement("production", release.Digest, [Api], "api", 4, now.AddHours(1)), None);
        var provenance = await store.Get<AttestationQueries>().ProvenanceOfAsync(Api.Digest, None);

        var expected = new ExpectedPromotion(Api.Digest.ToString(), release.Digest.ToString(), "production", 4, "api");
        Assert.True(PromotionCheck.Verify(trust, [promotion, provenance!], expected, now).Ok);
        Assert.Equal(
            VerificationCode.DigestMismatch,
            PromotionCheck.Verify(trust, [promotion, provenance!], expected with { Artifact = Web.Digest.ToString() }, now).Code);

        var views = await store.Get<AttestationQueries>().OfAsync(Api.Digest, None);
        Assert.Equal([ProvenancePredicate.Type, PromotionPredicate.Type], views.Select(v => v.PredicateType).Order());
        Assert.All(views, v => Assert.True(v.Verified, v.Detail));
        Assert.Equal(2, (await store.Get<AttestationQueries>().OfAsync(release.Digest, None)).Count);
    }

    [Fact]
    public async Task A_statement_changed_in_the_database_shows_as_not_verified()
    {
        await commands.CreateAsync(Tester, Release(), None);
        await store.ExecuteAsync("""UPDATE artifact.attestation SET envelope = replace(envelope, '"sig":"', '"sig":"AAAA')""");

        var view = Assert.Single(await store.Get<AttestationQueries>().OfAsync(Api.Digest, None));
        Assert.Equal((false, VerificationCode.SignatureInvalid), (view.Verified, view.Code));
    }

    [Fact]
    public async Task Artifacts_are_recorded_once_and_only_when_their_bytes_are_there()
    {
        var artifacts = store.Get<ArtifactCommands>();
        Assert.False(await artifacts.RecordAsync(Tester, Build(1), Api, JournalSubject.None, None));
        await store.Get<BlobStore>().PutAsync(new MemoryStream("api"u8.ToArray()), Api.Digest, None);

        Assert.True(await artifacts.RecordAsync(Tester, Build(1), Api, JournalSubject.None, None));
        Assert.True(await artifacts.RecordAsync(Tester, Build(1), Api, JournalSubject.None, None));

        Assert.Equal([Api], await store.Get<ArtifactQueries>().OfBuildAsync(Build(1), None));
        Assert.Equal(new ArtifactStored(Api.Digest, "api", 3, Build(1)), Assert.Single(store.Events));
    }
}
