using static Pipeline.Attestation.Tests.TrustFixture;

namespace Pipeline.Attestation.Tests;

/// <summary>Envelope → verified statement: which key counts, and what is said when none does.</summary>
public sealed class VerifierTests
{
    [Fact]
    public void The_verified_statement_is_what_was_signed_and_names_the_key()
    {
        var verdict = Verify(Promotion());
        Assert.Equal((null, ""), (verdict.Code, verdict.Detail));
        Assert.Equal(Promoter.Id, verdict.Verified!.KeyId);
        Assert.Equal(PromotionPredicate.Type, verdict.Verified.Statement.PredicateType);
        Assert.True(verdict.Verified.Statement.IsAbout(Artifact));
    }

    [Fact]
    public void Garbage_is_no_envelope() => Refused("garbage", VerificationCode.SignatureInvalid, "The envelope is not DSSE.");

    [Fact]
    public void A_key_of_another_role_is_not_trusted_and_named()
    {
        Refused(
            Promotion(by: Builder), VerificationCode.UntrustedKey, $"No key that may sign as promoter now: {Builder.Id}.");
        Assert.NotNull(Verifier.Verify(Trust, Promotion(by: Builder), KeyRole.Builder, Now).Verified);
        Assert.Contains("as approver", Verifier.Verify(Trust, Promotion(), KeyRole.Approver, Now).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_without_an_id_fails_as_a_wrong_signature_of_the_known_ones()
    {
        using var untrusted = SigningKey.Create();
        Refused(
            With(Promotion(by: untrusted), s => s with { KeyId = null }), VerificationCode.SignatureInvalid,
            "The signature by key  does not match the payload.");
        var nobody = Trust with { Keys = [] };
        Assert.Equal(
            "No key that may sign as promoter now: (no key id).",
            Verifier.Verify(nobody, With(Promotion(), s => s with { KeyId = null }), KeyRole.Promoter, Now).Detail);
    }

    [Fact]
    public void Without_a_key_id_every_key_of_the_role_is_tried()
    {
        using var another = SigningKey.Create();
        var trust = Trust with { Keys = [Key(another, KeyRole.Promoter), .. Trust.Keys] };
        var verdict = Verifier.Verify(trust, With(Promotion(), s => s with { KeyId = null }), KeyRole.Promoter, Now);
        Assert.Equal(Promoter.Id, verdict.Verified!.KeyId);
    }

    [Fact]
    public void One_signature_that_holds_is_enough_whatever_stands_beside_it()
    {
        using var untrusted = SigningKey.Create();
        var good = Dsse.TryParse(Promotion())!;
        var foreign = Dsse.TryParse(Promotion(by: untrusted))!.Signatures[0];
        var broken = good.Signatures[0] with { Sig = "AAAA" };
        foreach (
            var signatures in (DsseSignature[][])[
                [foreign, good.Signatures[0]], [good.Signatures[0], foreign], [broken, good.Signatures[0]]
            ])
            Assert.Equal(Promoter.Id, Verify(Dsse.ToJson(good with { Signatures = signatures })).Verified!.KeyId);
        Assert.Null(Verify(Dsse.ToJson(good with { Signatures = [foreign, broken] })).Verified);
    }

    [Fact]
    public void A_wrong_signature_names_the_key_and_a_wrong_key_id_the_role()
    {
        Refused(
            With(Promotion(), s => s with { Sig = "AAAA" }), VerificationCode.SignatureInvalid,
            $"The signature by key {Promoter.Id} does not match the payload.");
        Refused(With(Promotion(), s => s with { Sig = "?" }), VerificationCode.SignatureInvalid);
        Refused(With(Promotion(), s => s with { KeyId = "other" }), VerificationCode.UntrustedKey);
    }

    [Fact]
    public void A_payload_that_is_no_base64_is_a_wrong_signature()
    {
        var envelope = Dsse.TryParse(Promotion())!;
        Refused(Dsse.ToJson(envelope with { Payload = "?" }), VerificationCode.SignatureInvalid);
        Refused(Dsse.ToJson(envelope with { Payload = envelope.Payload + "=" }), VerificationCode.SignatureInvalid);
    }

    [Fact]
    public void A_statement_under_another_payload_type_is_refused_although_its_signature_holds()
    {
        var body = Dsse.TryDecode(Dsse.TryParse(Promotion())!.Payload)!;
        Refused(
            Dsse.ToJson(Dsse.Sign("application/json", body, Promoter)), VerificationCode.SignatureInvalid,
            "The signed payload is not an in-toto statement v1.");
    }

    [Fact]
    public void The_payload_type_is_signed_too()
    {
        var envelope = Dsse.TryParse(Promotion())!;
        Refused(
            Dsse.ToJson(envelope with { PayloadType = Statement.PayloadType + "x" }), VerificationCode.SignatureInvalid,
            $"The signature by key {Promoter.Id} does not match the payload.");
    }

    /// <summary>A list of keys in which somebody exchanged the bytes below an id.</summary>
    [Fact]
    public void A_listed_key_whose_bytes_are_not_those_of_its_id_counts_for_nothing()
    {
        using var untrusted = SigningKey.Create();
        var swapped = Key(Promoter, KeyRole.Promoter) with { PublicKey = Convert.ToBase64String(untrusted.PublicKey) };
        var forged = With(Promotion(by: untrusted), s => s with { KeyId = Promoter.Id });
        Assert.Null(Verifier.Verify(Trust with { Keys = [swapped] }, forged, KeyRole.Promoter, Now).Verified);
        Assert.Null(Verifier.Verify(Trust with { Keys = [swapped with { PublicKey = "?" }] }, Promotion(), KeyRole.Promoter, Now).Verified);
    }

    [Fact]
    public void The_format_of_a_signature_is_the_keys_and_is_not_guessed()
    {
        using var cosign = SigningKey.Create(SignatureFormat.Der);
        var der = Key(cosign, KeyRole.Promoter, SignatureFormat.Der);
        Assert.NotNull(Verifier.Verify(Trust with { Keys = [der] }, Promotion(by: cosign), KeyRole.Promoter, Now).Verified);
        var wrong = Trust with { Keys = [der with { Format = SignatureFormat.P1363 }] };
        Assert.Equal(VerificationCode.SignatureInvalid, Verifier.Verify(wrong, Promotion(by: cosign), KeyRole.Promoter, Now).Code);
    }

    private static EnvelopeVerdict Verify(string envelope) => Verifier.Verify(Trust, envelope, KeyRole.Promoter, Now);

    private static void Refused(string envelope, string code, string? detail = null)
    {
        var verdict = Verify(envelope);
        Assert.Null(verdict.Verified);
        Assert.Equal(code, verdict.Code);
        if (detail is not null)
            Assert.Equal(detail, verdict.Detail);
    }

    private static string With(string envelope, Func<DsseSignature, DsseSignature> change)
    {
        var parsed = Dsse.TryParse(envelope)!;
        return Dsse.ToJson(parsed with { Signatures = [change(parsed.Signatures[0])] });
    }
}
