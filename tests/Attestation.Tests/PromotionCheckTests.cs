using System.Text;
using System.Text.Json;
using CsCheck;
using static Pipeline.Attestation.Tests.TrustFixture;

namespace Pipeline.Attestation.Tests;

public sealed class PromotionCheckTests
{
    private static readonly string Other = "sha256:" + new string('b', 64);

    [Fact]
    public void A_promotion_and_a_provenance_by_the_right_keys_hold_in_any_order_and_beside_anything()
    {
        Assert.True(Check(Promotion(), Provenance()).Ok);
        Assert.True(Check("garbage", Provenance(), Promotion(Predicate with { Stage = "other" }), Promotion()).Ok);
        Assert.True(Check(Promotion(Predicate with { Deployable = null }), Provenance()).Ok);
    }

    public static TheoryData<string, string, string, string?, string?> Differences => new()
    {
        { "another artifact", VerificationCode.DigestMismatch, "The promotion is for another artifact.", Artifact, Other },
        { "another release", VerificationCode.DigestMismatch, "The promotion is for another release.", Release, Other },
        { "another stage", VerificationCode.StageMismatch, "The promotion is for another stage.", "production", "infra-qa" },
        { "another deployable", VerificationCode.StageMismatch, "The promotion is for another deployable.", "api-web", "other" },
        { "an older generation", VerificationCode.GenerationReplayed, "The promotion has another generation.", "4", "3" },
        { "a later generation", VerificationCode.GenerationReplayed, "The promotion has another generation.", "4", "5" },
        {
            "expired long ago", VerificationCode.StatementExpired, "The promotion expired.", "2026-03-01 12:00:00Z",
            "2026-02-28 12:00:00Z"
        },
        { "expired now", VerificationCode.StatementExpired, "The promotion expired.", "2026-03-01 12:00:00Z", "2026-03-01 12:00:00Z" },
        { "no stage", VerificationCode.SignatureInvalid, "The promotion predicate cannot be read.", null, null },
        { "no release", VerificationCode.SignatureInvalid, "The promotion predicate cannot be read.", null, null },
        { "another shape", VerificationCode.SignatureInvalid, "The promotion predicate cannot be read.", null, null },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Each_difference_of_a_promotion_has_its_code_and_says_both_sides(
        string difference, string code, string detail, string? expected, string? found)
    {
        Assert.Equal(new VerificationOutcome(code, detail, expected, found), Check(PromotionWith(difference), Provenance()));
        // It does not matter what stands beside it, and the right promotion beside it is enough.
        Assert.Equal(code, Check("garbage", Provenance(), PromotionWith(difference)).Code);
        Assert.True(Check(PromotionWith(difference), Provenance(), Promotion()).Ok);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_promotion_holds_until_before_its_expiry(int seconds, bool ok) =>
        Assert.Equal(ok, Check(Promotion(Predicate with { Expires = Now.AddSeconds(seconds) }), Provenance()).Ok);

    [Fact]
    public void A_promotion_of_all_deployables_or_an_unknown_deployable_holds()
    {
        Assert.True(Check(Promotion(Predicate with { Deployable = null }), Provenance()).Ok);
        var unknown = Expected with { Deployable = null };
        Assert.True(PromotionCheck.Verify(Trust, [Promotion(), Provenance()], unknown, Now).Ok);
    }

    [Fact]
    public void One_of_several_subjects_is_enough_and_all_are_listed_when_none_is()
    {
        var subjects = Enumerable.Range(0, 10).Select(n => StatementSubject.Of("a", "sha256:" + n)).ToList();
        var among = Statements.SignPromotion([.. subjects, StatementSubject.Of("api", Artifact)], Predicate, Promoter);
        Assert.True(Check(among, Provenance()).Ok);
        var without = Check(Statements.SignPromotion(subjects, Predicate, Promoter), Provenance());
        Assert.Equal("sha256:0, sha256:1, sha256:2, sha256:3, sha256:4, sha256:5, sha256:6, sha256:7", without.Found);
        var named = new StatementSubject("by name", new Dictionary<string, string> { ["sha512"] = "1" });
        Assert.Equal("by name", Check(Statements.SignPromotion([named], Predicate, Promoter), Provenance()).Found);
    }

    [Fact]
    public void The_provenance_is_for_the_artifact_and_of_our_build_type()
    {
        Assert.Equal(
            new VerificationOutcome(VerificationCode.DigestMismatch, "The provenance is for another artifact.", Artifact, Other),
            Check(Promotion(), Provenance(about: Other)));
        Assert.Equal(
            new VerificationOutcome(
                VerificationCode.SignatureInvalid, "The build type is unknown.", ProvenancePredicate.BuildType, "urn:other"),
            Check(Promotion(), Provenance(type: "urn:other")));
        Assert.Null(Check(Promotion(), Signed(ProvenancePredicate.Type, "{}", Builder)).Found);
        Assert.Equal(VerificationCode.SignatureInvalid, Check(Promotion(), Signed(ProvenancePredicate.Type, "{\"buildDefinition\":7}", Builder)).Code);
        Assert.True(Check(Promotion(), Provenance(about: Other), Provenance()).Ok);
    }

    [Fact]
    public void Both_statements_must_come_and_the_promotion_is_named_first()
    {
        Missing("promotion", Check());
        Missing("promotion", Check(Provenance()));
        Missing("provenance", Check(Promotion()));
        Missing("provenance", Check(Promotion(), Promotion()));
    }

    [Fact]
    public void A_statement_by_a_key_of_another_role_counts_as_absent()
    {
        using var untrusted = SigningKey.Create();
        foreach (var (envelopes, role) in new (string[], string)[]
        {
            ([Promotion(by: untrusted), Provenance()], "promoter"),
            ([Promotion(by: Builder), Provenance()], "promoter"),
            ([Promotion(), Provenance(by: Promoter)], "builder"),
            ([Promotion(), Provenance(by: untrusted)], "builder"),
        })
        {
            var outcome = Check(envelopes);
            Assert.Equal(VerificationCode.UntrustedKey, outcome.Code);
            Assert.StartsWith($"No key that may sign as {role} now: ", outcome.Detail, StringComparison.Ordinal);
        }
    }

    /// <summary>Of several failures the most telling is reported; which one never decides whether something runs.</summary>
    [Fact]
    public void A_wrong_statement_is_told_before_a_wrong_signature_and_the_first_before_the_second()
    {
        using var untrusted = SigningKey.Create();
        var wrongStage = Promotion(Predicate with { Stage = "infra-qa" });
        var wrongGeneration = Promotion(Predicate with { Generation = 3 });
        Assert.Equal(VerificationCode.StageMismatch, Check("garbage", Promotion(by: untrusted), wrongStage, wrongGeneration).Code);
        Assert.Equal(VerificationCode.GenerationReplayed, Check(wrongGeneration, wrongStage).Code);
        Assert.Equal(VerificationCode.SignatureInvalid, Check("garbage", Promotion(by: untrusted)).Code);
        Assert.Equal(VerificationCode.UntrustedKey, Check(Promotion(by: untrusted), "garbage").Code);
    }

    [Fact]
    public void An_unknown_key_of_another_kind_of_statement_is_not_what_is_missing()
    {
        using var untrusted = SigningKey.Create();
        Missing("promotion", Check(Provenance(by: untrusted)));
        Missing("promotion", Check(Signed("urn:other", "{}", untrusted)));
        var unreadable = Dsse.ToJson(Dsse.Sign(Statement.PayloadType, "{}"u8, untrusted));
        Assert.Equal(VerificationCode.UntrustedKey, Check(unreadable).Code);
    }

    [Fact]
    public void A_statement_of_another_kind_by_the_right_key_is_passed_over() =>
        Assert.True(Check(Signed("urn:other", "{}", Promoter), Promotion(), Signed("urn:other", "{}", Builder), Provenance()).Ok);

    [Fact]
    public void A_statement_of_another_kind_that_says_the_same_is_neither_a_promotion_nor_a_provenance()
    {
        static string Retyped(string envelope, string type, SigningKey by) =>
            Signed(type, Statements.Peek(envelope)!.Predicate.GetRawText(), by);

        Missing("promotion", Check(Retyped(Promotion(), "urn:other", Promoter), Provenance()));
        Missing("promotion", Check(Retyped(Promotion(), PromotionPredicate.Type.ToUpperInvariant(), Promoter), Provenance()));
        Missing("provenance", Check(Promotion(), Retyped(Provenance(), "urn:other", Builder)));
        Assert.True(Check(
            Retyped(Promotion(), PromotionPredicate.Type, Promoter), Retyped(Provenance(), ProvenancePredicate.Type, Builder)).Ok);
    }

    [Fact]
    public void Of_several_signatures_one_that_holds_is_enough_and_one_by_a_key_of_another_role_is_none()
    {
        using var unlisted = SigningKey.Create();
        var good = Dsse.TryParse(Promotion())!;
        var (bad, foreign) = (new DsseSignature(Promoter.Id, "AAAA"), Dsse.TryParse(Promotion(by: unlisted))!.Signatures[0]);
        string With(params DsseSignature[] signatures) => Dsse.ToJson(good with { Signatures = signatures });

        Assert.True(Check(With(foreign, bad, good.Signatures[0]), Provenance()).Ok);
        Assert.True(Check(With(good.Signatures[0], bad), Provenance()).Ok);
        Assert.True(Check(With(good.Signatures[0] with { KeyId = null }), Provenance()).Ok);
        Assert.Equal(VerificationCode.SignatureInvalid, Check(With(foreign, bad), Provenance()).Code);
        Assert.Equal(VerificationCode.UntrustedKey, Check(With(foreign), Provenance()).Code);
        Assert.False(Check(With(foreign with { KeyId = Promoter.Id }), Provenance()).Ok);
        Assert.False(Check(With(good.Signatures[0] with { KeyId = Builder.Id }), Provenance()).Ok);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void Under_an_expired_policy_nothing_holds(int seconds, bool ok)
    {
        var trust = Trust with { Expires = Now.AddSeconds(-seconds) };
        var outcome = PromotionCheck.Verify(trust, [Promotion(), Provenance()], Expected, Now);
        Assert.Equal(ok, outcome.Ok);
        if (!ok)
            Assert.Equal(
                (VerificationCode.UntrustedKey, $"The trust policy expired at {trust.Expires:u}."), (outcome.Code, outcome.Detail));
    }

    [Fact]
    public void A_promotion_allows_the_specification_that_it_names_and_nothing_else()
    {
        VerificationOutcome Run(string? signed, string? about) => PromotionCheck.Verify(
            Trust, [Promotion(Predicate with { RunSpecification = signed }), Provenance()],
            Expected with { RunSpecification = about }, Now);

        Assert.True(Run(Other, Other).Ok);
        Assert.True(Run(Other, null).Ok);
        Assert.Equal(
            new VerificationOutcome(
                VerificationCode.SpecificationMismatch, "The run specification is not the one of the promotion statement.", Other,
                Artifact),
            Run(Other, Artifact));
        Assert.Equal(VerificationCode.StatementOutdated, Run(null, Artifact).Code);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_retired_key_holds_for_what_it_signed_before(int secondsLater, bool ok)
    {
        var retired = Trust with
        {
            Keys = [Key(Builder, KeyRole.Builder), Key(Promoter, KeyRole.Promoter) with { RetiredAt = Now, NotBefore = Now.AddDays(-1) }],
        };
        var subjects = new[] { StatementSubject.Of("api", Artifact) };
        var envelope = Statements.SignPromotion(subjects, Predicate, Promoter, Now.AddSeconds(secondsLater));
        Assert.Equal(ok, PromotionCheck.Verify(retired, [envelope, Provenance()], Expected, Now).Ok);
        // It says no time, although statements did when the key was made.
        var silent = PromotionCheck.Verify(retired, [Promotion(), Provenance()], Expected, Now);
        Assert.Equal(VerificationCode.UntrustedKey, silent.Code);
    }

    [Fact]
    public void The_codes_are_stable() => Assert.Equal(
        [
            "digest-mismatch", "signature-invalid", "stage-mismatch", "generation-replayed", "statement-expired", "untrusted-key",
            "statement-missing", "decision-unsigned", "decision-mismatch", "hold-removed", "release-altered", "statement-outdated",
            "specification-mismatch",
        ],
        typeof(VerificationCode).GetFields().Select(f => (string)f.GetRawConstantValue()!));

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
                return !ok || Dsse.TryParse(text) is { } e && Dsse.TryParse(good) is { } g && e.Payload == g.Payload
                    && e.Signatures[0].Sig == g.Signatures[0].Sig;
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

    private static string PromotionWith(string difference) => difference switch
    {
        "another artifact" => Promotion(about: Other),
        "another release" => Promotion(Predicate with { Release = Other }),
        "another stage" => Promotion(Predicate with { Stage = "infra-qa" }),
        "another deployable" => Promotion(Predicate with { Deployable = "other" }),
        "an older generation" => Promotion(Predicate with { Generation = 3 }),
        "a later generation" => Promotion(Predicate with { Generation = 5 }),
        "expired long ago" => Promotion(Predicate with { Expires = Now.AddDays(-1) }),
        "expired now" => Promotion(Predicate with { Expires = Now }),
        "no stage" => Signed(PromotionPredicate.Type, $$"""{"release":"{{Release}}","generation":4}""", Promoter),
        "no release" => Signed(PromotionPredicate.Type, """{"stage":"production","generation":4}""", Promoter),
        "another shape" => Signed(PromotionPredicate.Type, """{"stage":7}""", Promoter),
        _ => throw new ArgumentException(difference),
    };

    private static string Signed(string type, string predicate, SigningKey by) => Statements.Sign(
        [StatementSubject.Of("api", Artifact)], type, JsonDocument.Parse(predicate).RootElement, by);

    private static void Missing(string name, VerificationOutcome outcome) => Assert.Equal(
        new VerificationOutcome(VerificationCode.StatementMissing, $"No {name} statement came with the task."), outcome);

    private static VerificationOutcome Check(params string[] envelopes) => PromotionCheck.Verify(Trust, envelopes, Expected, Now);
}
