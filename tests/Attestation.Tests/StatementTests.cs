using System.Text;
using static Pipeline.Attestation.Tests.TrustFixture;

namespace Pipeline.Attestation.Tests;

/// <summary>Statements: what they say on the wire, and what is not one.</summary>
public sealed class StatementTests
{
    private static readonly string Hex = new('a', 64);

    [Fact]
    public void The_JSON_of_a_promotion_is_pinned()
    {
        var predicate = Predicate with { Expires = new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.Zero) };
        Assert.Equal(
            $$$"""
            {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"api","digest":{"sha256":"{{{Hex}}}"}}],
            "predicateType":"urn:x-pipeline:promotion/v1","predicate":{"stage":"production","release":"{{{Release}}}",
            "deployable":"api-web","generation":4,"expires":"2026-03-01T13:00:00\u002B00:00"}}
            """.Replace("\n", ""),
            Body(Promotion(predicate)));
        Assert.DoesNotContain("deployable", Body(Promotion(predicate with { Deployable = null })), StringComparison.Ordinal);
    }

    [Fact]
    public void The_JSON_of_a_provenance_is_pinned()
    {
        var source = new ResourceDescriptor("source", "git+https://x", new Dictionary<string, string> { ["gitCommit"] = "abc" });
        var provenance = new ProvenancePredicate(
            new BuildDefinition(
                ProvenancePredicate.BuildType, new Dictionary<string, string> { ["commit"] = "abc" }, new Dictionary<string, string>(),
                [source]),
            new RunDetails(new BuilderIdentity("urn:me"), new RunMetadata("7", Now, null)));
        Assert.Equal(
            $$$$$"""
            {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"api","digest":{"sha256":"{{{{{Hex}}}}}"}}],
            "predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{"buildType":"urn:x-pipeline:build/v1",
            "externalParameters":{"commit":"abc"},"internalParameters":{},"resolvedDependencies":[{"name":"source",
            "uri":"git\u002Bhttps://x","digest":{"gitCommit":"abc"}}]},"runDetails":{"builder":{"id":"urn:me"},
            "metadata":{"invocationId":"7","startedOn":"2026-03-01T12:00:00\u002B00:00"}}}}
            """.Replace("\n", ""),
            Body(Statements.SignProvenance([StatementSubject.Of("api", Artifact)], provenance, Builder)));
    }

    [Fact]
    public void The_envelope_of_a_statement_says_so_and_names_the_key()
    {
        var envelope = Dsse.TryParse(Promotion())!;
        Assert.Equal("application/vnd.in-toto+json", envelope.PayloadType);
        Assert.Equal(Promoter.Id, Assert.Single(envelope.Signatures).KeyId);
    }

    [Fact]
    public void A_statement_is_about_each_of_its_subjects_by_SHA256_only()
    {
        var statement = new Statement(
            Statement.TypeV1,
            [
                new StatementSubject("first", new Dictionary<string, string> { ["sha256"] = Hex }),
                new StatementSubject("second", new Dictionary<string, string> { ["sha512"] = "11", ["sha256"] = "22" }),
                new StatementSubject("third", new Dictionary<string, string> { ["sha512"] = "33" }),
            ],
            "t", default);
        Assert.True(statement.IsAbout("sha256:" + Hex));
        Assert.True(statement.IsAbout("sha256:22"));
        foreach (var other in new[] { "sha256:11", "sha512:11", "sha256:33", "22", "first", "", "sha256:" + Hex.ToUpperInvariant() })
            Assert.False(statement.IsAbout(other), other);
        Assert.False(new Statement(Statement.TypeV1, [], "t", default).IsAbout("sha256:22"));
    }

    [Fact]
    public void What_an_envelope_claims_is_read_without_a_key()
    {
        Assert.Equal(PromotionPredicate.Type, Statements.Peek(Promotion())!.PredicateType);
        Assert.Null(Statements.Peek("garbage"));
        Assert.Null(Statements.Peek(Dsse.ToJson(Dsse.TryParse(Promotion())! with { Payload = "?" })));
        Assert.Null(Statements.Peek(Dsse.ToJson(Dsse.Sign(Statement.PayloadType, "{}"u8, Promoter))));
    }

    public static TheoryData<string> NoStatements =>
    [
        "", "null", "[]", "7", "{}",
        """{"_type":"https://in-toto.io/Statement/v0.1","subject":[],"predicateType":"t","predicate":{}}""",
        """{"subject":[],"predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"t"}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"t","predicate":[]}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"t","predicate":"x"}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[null],"predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a"}],"predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{}},null],"predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a"},{"digest":{}}],"predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":7}}],"predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"\ud800","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"subject":[],"predicateType":"t","predicate":{}}""",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"t","predicate":{}} x""",
    ];

    [Theory]
    [MemberData(nameof(NoStatements))]
    public void What_is_signed_and_no_statement_is_refused(string body)
    {
        var envelope = Dsse.ToJson(Dsse.Sign(Statement.PayloadType, Encoding.UTF8.GetBytes(body), Promoter));
        var verdict = Verifier.Verify(Trust, envelope, KeyRole.Promoter, Now);
        Assert.Null(verdict.Verified);
        Assert.Equal(VerificationCode.SignatureInvalid, verdict.Code);
        Assert.Equal("The signed payload is not an in-toto statement v1.", verdict.Detail);
    }

    [Fact]
    public void A_statement_about_nothing_can_be_read_and_holds_for_nothing()
    {
        var body = """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"t","predicate":{},"more":[1]}""";
        var verdict = Verifier.Verify(
            Trust, Dsse.ToJson(Dsse.Sign(Statement.PayloadType, Encoding.UTF8.GetBytes(body), Promoter)), KeyRole.Promoter, Now);

        Assert.Equal(("t", Promoter.Id), (verdict.Verified!.Statement.PredicateType, verdict.Verified.KeyId));
        Assert.Empty(verdict.Verified.Statement.Subject);
        Assert.False(verdict.Verified.Statement.IsAbout(Artifact));
    }

    private static string Body(string envelope) => Encoding.UTF8.GetString(Dsse.TryDecode(Dsse.TryParse(envelope)!.Payload)!);
}
