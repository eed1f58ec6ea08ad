using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.Attestation;
using Pipeline.Kernel;
using static Pipeline.ArtifactStore.Tests.Sample;

namespace Pipeline.ArtifactStore.Tests.Http;

/// <summary><c>POST /api/v1/attestations/verify</c>: the decision that an agent would make, over HTTP.</summary>
public sealed class VerifyTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Other = Digest.Of("other"u8).ToString();
    private ArtifactHost host = null!;
    private Release release = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ArtifactHost.StartAsync();
        release = await host.MakeReleaseAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    public static TheoryData<string, string?> Differences => new()
    {
        { "nothing", null },
        { "unknown deployable", null },
        { "artifact", VerificationCode.DigestMismatch },
        { "release", VerificationCode.DigestMismatch },
        { "stage", VerificationCode.StageMismatch },
        { "deployable", VerificationCode.StageMismatch },
        { "generation", VerificationCode.GenerationReplayed },
        { "expired", VerificationCode.StatementExpired },
        { "no envelopes", VerificationCode.StatementMissing },
        { "foreign envelope", VerificationCode.SignatureInvalid },
        { "own envelopes", null },
        { "bytes", VerificationCode.DigestMismatch },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task A_promotion_holds_for_exactly_what_was_signed(string difference, string? code)
    {
        var expires = TimeProvider.System.GetUtcNow().AddHours(difference == "expired" ? -1 : 1);
        await host.Get<AttestationCommands>().SignPromotionAsync(
            Tester, new NewPromotionStatement("production", release.Digest, [Api], "api", 4, expires), None);
        var stored = (await host.JsonAsync($"/api/v1/artifacts/{Api.Digest}/attestations")).EnumerateArray()
            .Select(a => a.GetProperty("envelope").GetRawText()).ToArray();
        if (difference == "bytes")
            await File.WriteAllTextAsync(host.FileOf(Api.Digest), "evil", None);

        var answer = await VerifyAsync(new
        {
            artifact = (difference == "artifact" ? Web : Api).Digest,
            release = difference == "release" ? Other : release.Digest.ToString(),
            stage = difference == "stage" ? "infra-qa" : "production",
            generation = difference == "generation" ? 3 : 4,
            deployable = difference switch { "deployable" => "web", "unknown deployable" => null, _ => "api" },
            envelopes = difference switch
            {
                "no envelopes" => [],
                "foreign envelope" => ["garbage"],
                "own envelopes" or "artifact" => stored,
                _ => (string[]?)null,
            },
        });

        Assert.Equal((code is null, code), (answer.GetProperty("verified").GetBoolean(), answer.GetProperty("code").GetString()));
        Assert.Equal(code is null, answer.GetProperty("detail").GetString() == "");
        Assert.Equal(difference != "bytes", answer.GetProperty("bytesIntact").GetBoolean());
    }

    [Fact]
    public async Task Bytes_without_provenance_and_bytes_that_are_not_here_say_so()
    {
        var answer = await VerifyAsync(new { artifact = Other });

        Assert.Equal(
            (false, VerificationCode.StatementMissing, "No provenance is stored for these bytes."),
            VerdictOf(answer));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("bytesIntact").ValueKind);
        Assert.Equal(0, answer.GetProperty("attestations").GetArrayLength());
    }

    [Fact]
    public async Task A_promotion_alone_is_no_provenance()
    {
        var loose = await host.PutAsync("loose"u8.ToArray());
        await host.Get<AttestationCommands>().SignPromotionAsync(
            Tester,
            new NewPromotionStatement("production", release.Digest, [Api with { Digest = loose }], null, 1, DateTimeOffset.MaxValue), None);

        var answer = await VerifyAsync(new { artifact = loose });

        Assert.Equal(VerificationCode.StatementMissing, answer.GetProperty("code").GetString());
        Assert.True(answer.GetProperty("attestations")[0].GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task The_provenance_of_other_bytes_proves_nothing_although_a_row_says_so()
    {
        var evil = await host.PutAsync("evil"u8.ToArray());
        Assert.Equal(1, await host.ExecuteAsync(
            $"""
            INSERT INTO artifact.attestation_subject
            SELECT '{evil}', attestation FROM artifact.attestation_subject WHERE subject = '{Api.Digest}'
            """));

        var answer = await VerifyAsync(new { artifact = evil });

        Assert.Equal(
            (false, VerificationCode.DigestMismatch, "The stored provenance is about other bytes."),
            VerdictOf(answer));
        Assert.True((await VerifyAsync(new { artifact = Api.Digest })).GetProperty("verified").GetBoolean());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("7")]
    public async Task A_stored_envelope_that_is_none_any_more_hides_no_other_and_shows_as_not_verified(string envelope)
    {
        await host.Get<AttestationCommands>().SignPromotionAsync(
            Tester, new NewPromotionStatement("production", release.Digest, [Api], null, 1, DateTimeOffset.MaxValue), None);
        await host.ExecuteAsync(
            $"UPDATE artifact.attestation SET envelope = '{envelope}' WHERE predicate_type = '{PromotionPredicate.Type}'");

        var shown = (await host.JsonAsync($"/api/v1/artifacts/{Api.Digest}/attestations")).EnumerateArray()
            .ToDictionary(a => a.GetProperty("predicateType").GetString()!);

        Assert.True(shown[ProvenancePredicate.Type].GetProperty("verified").GetBoolean());
        var broken = shown[PromotionPredicate.Type];
        Assert.Equal(
            (false, VerificationCode.SignatureInvalid, "The envelope is not DSSE."),
            VerdictOf(broken));
        Assert.Equal(JsonValueKind.Null, broken.GetProperty("predicate").ValueKind);
        Assert.True((await VerifyAsync(new { artifact = Api.Digest })).GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task A_statement_under_another_label_shows_as_not_verified()
    {
        await host.Get<AttestationCommands>().SignPromotionAsync(
            Tester, new NewPromotionStatement("production", release.Digest, [Api], null, 1, DateTimeOffset.MaxValue), None);
        await host.ExecuteAsync(
            $"""
            UPDATE artifact.attestation SET predicate_type = 'urn:x-pipeline:approval/v1'
             WHERE predicate_type = '{PromotionPredicate.Type}'
            """);

        var relabelled = (await host.JsonAsync($"/api/v1/artifacts/{Api.Digest}/attestations")).EnumerateArray()
            .Single(a => a.GetProperty("predicateType").GetString() == "urn:x-pipeline:approval/v1");

        Assert.Equal(
            (false, VerificationCode.SignatureInvalid, $"The signed statement is of the type {PromotionPredicate.Type}."),
            VerdictOf(relabelled));
    }

    private static (bool, string?, string?) VerdictOf(JsonElement answer) => (
        answer.GetProperty("verified").GetBoolean(), answer.GetProperty("code").GetString(), answer.GetProperty("detail").GetString());

    private async Task<JsonElement> VerifyAsync(object request) =>
        await (await host.Http.PostAsJsonAsync("/api/v1/attestations/verify", request, None)).EnsureSuccessStatusCode()
            .Content.ReadFromJsonAsync<JsonElement>(None);
}
