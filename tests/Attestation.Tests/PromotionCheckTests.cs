using System.Text;
using CsCheck;
using static Pipeline.Attestation.Tests.TrustFixture;

namespace Pipeline.Attestation.Tests;

public sealed class PromotionCheckTests
{
    [Fact]
    public void A_promotion_and_a_provenance_by_the_right_keys_hold_in_any_order_and_beside_anything()
    {
        Assert.True(Check(Promotion(), Provenance()).Ok);
        Assert.True(Check("garbage", Provenance(), Promotion(Predicate with { Stage = "other" }), Promotion()).Ok);
        Assert.True(Check(Promotion(Predicate with { Deployable = null }), Provenance()).Ok);
    }

    [Fact]
    public void Each_difference_has_its_own_code()
    {
        using var stranger = SigningKey.Create();
        var other = "sha256:" + new string('b', 64);
        Assert.Equal(VerificationCode.DigestMismatch, Check(Promotion(about: other), Provenance()).Code);
        Assert.Equal(VerificationCode.DigestMismatch, Check(Promotion(Predicate with { Release = other }), Provenance()).Code);
        Assert.Equal(VerificationCode.DigestMismatch, Check(Promotion(), Provenance(about: other)).Code);
        Assert.Equal(VerificationCode.StageMismatch, Check(Promotion(Predicate with { Stage = "infra-qa" }), Provenance()).Code);
        Assert.Equal(VerificationCode.StageMismatch, Check(Promotion(Predicate with { Deployable = "other" }), Provenance()).Code);
        Assert.Equal(VerificationCode.GenerationReplayed, Check(Promotion(Predicate with { Generation = 3 }), Provenance()).Code);
        Assert.Equal(VerificationCode.GenerationReplayed, Check(Promotion(Predicate with { Generation = 5 }), Provenance()).Code);
        Assert.Equal(VerificationCode.StatementExpired, Check(Promotion(Predicate with { Expires = Now }), Provenance()).Code);
        Assert.Equal(VerificationCode.UntrustedKey, Check(Promotion(by: stranger), Provenance()).Code);
        Assert.Equal(VerificationCode.UntrustedKey, Check(Promotion(by: Builder), Provenance()).Code);
        Assert.Equal(VerificationCode.UntrustedKey, Check(Promotion(), Provenance(by: Promoter)).Code);
        Assert.Equal(VerificationCode.SignatureInvalid, Check(Promotion(), Provenance(type: "urn:other")).Code);
        Assert.Equal(VerificationCode.StatementMissing, Check(Promotion()).Code);
        Assert.Equal(VerificationCode.StatementMissing, Check(Provenance()).Code);
        Assert.Equal(VerificationCode.StatementMissing, Check().Code);
    }

    [Fact]
    public void Keys_out_of_their_time_or_revoked_are_not_trusted()
    {
        var key = Key(Promoter, KeyRole.Promoter);
        foreach (var bad in new[]
        {
            Trust with { Keys = [Key(Builder, KeyRole.Builder), key with { NotBefore = Now.AddSeconds(1) }] },
            Trust with { Keys = [Key(Builder, KeyRole.Builder), key with { NotAfter = Now }] },
            Trust with { Revoked = [new RevokedKey(Promoter.Id, Now, "stolen")] },
            Trust with { Expires = Now },
        })
            Assert.Equal(VerificationCode.UntrustedKey, PromotionCheck.Verify(bad, [Promotion(), Provenance()], Expected, Now).Code);
        var later = Trust with { Revoked = [new RevokedKey(Promoter.Id, Now.AddSeconds(1), "announced")] };
        Assert.True(PromotionCheck.Verify(later, [Promotion(), Provenance()], Expected, Now).Ok);
    }

    [Fact]
    public void A_key_of_another_signature_format_verifies_by_its_own()
    {
        using var cosign = SigningKey.Create(SignatureFormat.Der);
        var trust = Trust with { Keys = [Key(Builder, KeyRole.Builder), Key(cosign, KeyRole.Promoter, SignatureFormat.Der)] };
        Assert.True(PromotionCheck.Verify(trust, [Promotion(by: cosign), Provenance()], Expected, Now).Ok);
    }

    /// <summary>In the payload and the signature every bit counts; elsewhere a flip may only leave the very same statement.</summary>
    [Fact]
    public void Any_flipped_byte_is_refused()
    {
        var good = Promotion();
        var bytes = Encoding.UTF8.GetBytes(good);
        var provenance = Provenance();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[0, 7]).Sample(
            (at, bit) =>
            {
                var flipped = bytes.ToArray();
                flipped[at] ^= (byte)(1 << bit);
                var text = Encoding.UTF8.GetString(flipped);
                var ok = Check(text, provenance).Ok;
                return !ok || Dsse.TryParse(text) is { } e && Dsse.TryParse(good) is { } g && e.Payload == g.Payload && e.Signatures[0].Sig == g.Signatures[0].Sig;
            },
            iter: 2000);
    }

    [Fact]
    public void Any_flipped_bit_of_payload_or_signature_bytes_is_refused()
    {
        var envelope = Dsse.TryParse(Promotion())!;
        var provenance = Provenance();
        var payload = Convert.FromBase64String(envelope.Payload);
        var signature = Convert.FromBase64String(envelope.Signatures[0].Sig);
        for (var i = 0; i < payload.Length + signature.Length; i++)
        {
            var (p, s) = (payload.ToArray(), signature.ToArray());
            (i < p.Length ? p : s)[i < p.Length ? i : i - p.Length] ^= 0x10;
            var flipped = envelope with { Payload = Convert.ToBase64String(p), Signatures = [new DsseSignature(Promoter.Id, Convert.ToBase64String(s))] };
            Assert.Equal(VerificationCode.SignatureInvalid, Check(Dsse.ToJson(flipped), provenance).Code);
        }
    }

    [Fact]
    public void A_signature_over_another_payload_type_is_refused()
    {
        var envelope = Dsse.TryParse(Promotion())!;
        var body = Convert.FromBase64String(envelope.Payload);
        var other = Dsse.ToJson(Dsse.Sign("application/json", body, Promoter));
        Assert.False(Check(other, Provenance()).Ok);
        Assert.False(Check(Dsse.ToJson(envelope with { PayloadType = "application/json" }), Provenance()).Ok);
    }

    private static VerificationOutcome Check(params string[] envelopes) => PromotionCheck.Verify(Trust, envelopes, Expected, Now);
}
