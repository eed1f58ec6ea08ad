using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Kernel;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Trust;

/// <summary>What the control plane signs, by which key, and under which digests it is found again.</summary>
public sealed class StatementTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private Store store = null!;
    private AttestationCommands commands = null!;
    private AttestationQueries queries = null!;

    public async ValueTask InitializeAsync()
    {
        store = await Store.StartAsync();
        (commands, queries) = (store.Get<AttestationCommands>(), store.Get<AttestationQueries>());
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task A_provenance_says_what_was_built_from_what_by_whom_and_when()
    {
        var (started, finished) = (DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch.AddDays(2));
        var release = await store.Get<ReleaseCommands>().CreateAsync(
            Tester, Release() with { BuildStartedAt = started, BuildFinishedAt = finished }, None);

        var view = Assert.Single(await queries.OfAsync(Web.Digest, None));

        Assert.Equal(
            (true, null, store.Get<KeyRing>().Builder.Id, store.Time.GetUtcNow()), (view.Verified, view.Code, view.KeyId, view.CreatedAt));
        Assert.Equal(
            $$$$"""
            {"buildDefinition":{"buildType":"urn:x-pipeline:build/v1",
            "externalParameters":{"repository":"https://git.example/o/r","commit":"{{{{Commit}}}}"},
            "internalParameters":{"release":"{{{{release.Digest}}}}"},
            "resolvedDependencies":[{"uri":"git\u002Bhttps://git.example/o/r","digest":{"gitCommit":"{{{{Commit}}}}"}}]},
            "runDetails":{"builder":{"id":"urn:x-pipeline:builder/v1"},
            "metadata":{"invocationId":"{{{{Build(1)}}}}","startedOn":"1970-01-02T00:00:00\u002B00:00",
            "finishedOn":"1970-01-03T00:00:00\u002B00:00"}}}
            """.Replace("\n", "", StringComparison.Ordinal),
            view.Predicate!.Value.GetRawText());
        var subjects = Statements.Peek(view.Envelope.GetRawText())!.Subject;
        Assert.Equal(["web", "api"], subjects.Select(s => s.Name));
        Assert.Equal(view.Digest, Digest.Of(System.Text.Encoding.UTF8.GetBytes(view.Envelope.GetRawText())));
    }

    [Fact]
    public async Task An_approval_is_about_its_plan_and_found_by_the_release_and_the_promoter_s_key_signs_it()
    {
        var plan = Digest.Of("plan"u8);
        var release = Digest.Of("release"u8);
        var promotion = new PromotionId(Guid.Parse("01900000-0000-7000-8000-0000000000aa"));
        var envelope = await commands.SignApprovalAsync(
            Tester,
            new NewApprovalStatement(
                plan.ToString(), "production", release, promotion, "Élodie \"<é>\"", ["qa", "ops"], store.Time.GetUtcNow()),
            None);

        var view = Assert.Single(await queries.OfAsync(plan, None));
        Assert.Equal(view.Digest, Assert.Single(await queries.OfAsync(release, None)).Digest);
        Assert.Equal(("urn:x-pipeline:approval/v1", true), (view.PredicateType, view.Verified));
        Assert.Equal(envelope, view.Envelope.GetRawText());
        var said = view.Predicate!.Value;
        Assert.Equal(
            ("production", release.ToString(), promotion.ToString(), "Élodie \"<é>\""),
            (said.GetProperty("stage").GetString(), said.GetProperty("release").GetString(), said.GetProperty("promotion").GetString(),
                said.GetProperty("person").GetString()));
        Assert.Equal(["qa", "ops"], said.GetProperty("groups").EnumerateArray().Select(g => g.GetString()));
        Assert.Equal(store.Time.GetUtcNow(), said.GetProperty("at").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_promotion_names_each_of_the_bytes_once_and_gives_its_expiry_in_UTC()
    {
        var release = Digest.Of("release"u8);
        var expires = new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.FromHours(5));
        await commands.SignPromotionAsync(
            Tester, new NewPromotionStatement("production", release, [Api, Web, Api with { Name = "again" }], null, 7, expires), None);

        var view = Assert.Single(await queries.OfAsync(release, None));
        Assert.Equal(["api", "web"], Statements.Peek(view.Envelope.GetRawText())!.Subject.Select(s => s.Name));
        Assert.Equal(
            $$"""{"stage":"production","release":"{{release}}","generation":7,"expires":"2026-03-01T15:00:00\u002B00:00"}""",
            view.Predicate!.Value.GetRawText());
        Assert.Single(await queries.OfAsync(Api.Digest, None));
        Assert.Null(await queries.ProvenanceOfAsync(Api.Digest, None));
    }

    [Fact]
    public async Task Statements_come_newest_first_and_the_newest_provenance_goes_to_the_agent()
    {
        for (var i = 1; i <= 3; i++)
        {
            await store.Get<ReleaseCommands>().CreateAsync(Tester, Release(i, $"{i:x40}"), None);
            store.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var views = await queries.OfAsync(Api.Digest, None);
        string BuildOf(JsonElement predicate) =>
            predicate.GetProperty("runDetails").GetProperty("metadata").GetProperty("invocationId").GetString()!;
        Assert.Equal([$"{Build(3)}", $"{Build(2)}", $"{Build(1)}"], views.Select(v => BuildOf(v.Predicate!.Value)));
        Assert.Equal(views[0].Envelope.GetRawText(), await queries.ProvenanceOfAsync(Api.Digest, None));
        Assert.Null(await queries.ProvenanceOfAsync(Digest.Of("none"u8), None));
    }

    [Fact]
    public async Task At_most_two_hundred_statements_are_listed_and_none_of_other_bytes()
    {
        for (var i = 1; i <= 201; i++)
            await commands.SignPromotionAsync(
                Tester, new NewPromotionStatement("production", Digest.Of("r"u8), [Api], null, i, DateTimeOffset.MaxValue), None);

        Assert.Equal(200, (await queries.OfAsync(Api.Digest, None)).Count);
        Assert.Empty(await queries.OfAsync(Web.Digest, None));
    }

    [Fact]
    public async Task The_same_envelope_twice_is_one_row_and_what_is_none_is_a_bug()
    {
        var attestations = store.Get<AttestationStore>();
        var envelope = Statements.SignPromotion(
            [
                StatementSubject.Of("api", Api.Digest.ToString()),
                new StatementSubject("git", new Dictionary<string, string> { ["sha1"] = "ab" }),
            ],
            new PromotionPredicate("production", Api.Digest.ToString(), null, 1, DateTimeOffset.MaxValue), store.Get<KeyRing>().Promoter);

        var first = await attestations.AddAsync(envelope, "key", [Web.Digest], None);
        Assert.Equal(first, await attestations.AddAsync(envelope, "another key", [Web.Digest, Api.Digest], None));
        await Assert.ThrowsAsync<InvariantViolatedException>(() => attestations.AddAsync("garbage", "key", [Web.Digest], None));

        Assert.Equal((1, 2), (await store.CountAsync("attestation"), await store.CountAsync("attestation_subject")));
        Assert.Equal("key", Assert.Single(await attestations.OfAsync(Web.Digest, None)).KeyId);
    }

    [Theory]
    [InlineData("production", 4, "api", null)]
    [InlineData("infra-qa", 4, "api", VerificationCode.StageMismatch)]
    [InlineData("production", 5, "api", VerificationCode.GenerationReplayed)]
    [InlineData("production", 4, "web", VerificationCode.StageMismatch)]
    public async Task The_decision_of_an_agent_is_the_same_here(string stage, long generation, string deployable, string? code)
    {
        var release = await store.Get<ReleaseCommands>().CreateAsync(Tester, Release(), None);
        var now = store.Time.GetUtcNow();
        var promotion = await commands.SignPromotionAsync(
            Tester, new NewPromotionStatement("production", release.Digest, [Api], "api", 4, now.AddHours(1)), None);
        string[] envelopes = [promotion, (await queries.ProvenanceOfAsync(Api.Digest, None))!];
        var expected = new ExpectedPromotion(Api.Digest.ToString(), release.Digest.ToString(), stage, generation, deployable);

        Assert.Equal(code, queries.Check(envelopes, expected).Code);
        store.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(code ?? VerificationCode.StatementExpired, queries.Check(envelopes, expected).Code);
    }
}
