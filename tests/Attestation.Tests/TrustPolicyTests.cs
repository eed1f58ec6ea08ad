using System.Text;
using System.Text.Json;
using static Pipeline.Attestation.Tests.TrustFixture;

namespace Pipeline.Attestation.Tests;

/// <summary>Which trust file an agent accepts, and which keys it then counts.</summary>
public sealed class TrustPolicyTests
{
    private static readonly string Signed = TrustPolicy.Sign(Trust with { Version = 7 }, Root);

    [Fact]
    public void A_policy_signed_by_the_root_comes_back_whole()
    {
        var policy = Trust with { Revoked = [new RevokedKey("k", Now, "stolen")] };
        var (read, refusal) = TrustPolicy.Read(TrustPolicy.Sign(policy, Root), Root.PublicKeyPem, Now, 1);
        Assert.Null(refusal);
        Assert.Equal(JsonSerializer.Serialize(policy), JsonSerializer.Serialize(read));
    }

    [Fact]
    public void The_JSON_of_a_policy_is_pinned()
    {
        var key = new TrustedKey(
            "id", "key", SignatureFormat.Der, Now, Now.AddDays(1), [KeyRole.Builder, KeyRole.Promoter, KeyRole.Approver]);
        var envelope = Dsse.TryParse(TrustPolicy.Sign(new TrustPolicy(7, Now, [key], [new RevokedKey("k", Now, "lost")]), Root))!;
        Assert.Equal("application/vnd.pipeline.trust+json", envelope.PayloadType);
        Assert.Equal(
            """
            {"version":7,"expires":"2026-03-01T12:00:00+00:00","keys":[{"id":"id","publicKey":"key","format":"Der",
            "notBefore":"2026-03-01T12:00:00+00:00","notAfter":"2026-03-02T12:00:00+00:00","roles":["builder","promoter","approver"]}],
            "revoked":[{"keyId":"k","from":"2026-03-01T12:00:00+00:00","reason":"lost"}]}
            """.Replace("\n", ""),
            Encoding.UTF8.GetString(Convert.FromBase64String(envelope.Payload)));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    [InlineData(long.MaxValue, false)]
    public void The_version_never_goes_back(long lowest, bool accepted)
    {
        var (policy, refusal) = TrustPolicy.Read(Signed, Root.PublicKeyPem, Now, lowest);
        Assert.Equal(accepted, policy is not null);
        Assert.Equal(accepted ? null : $"The trust policy's version went back from {lowest} to 7.", refusal);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void An_expired_policy_is_refused_from_the_very_second(int seconds, bool accepted)
    {
        var (policy, refusal) = TrustPolicy.Read(Signed, Root.PublicKeyPem, Trust.Expires.AddSeconds(seconds), 0);
        Assert.Equal(accepted, policy is not null);
        Assert.Equal(accepted ? null : "The trust policy expired at 2026-03-02 12:00:00Z.", refusal);
    }

    [Fact]
    public void Only_a_root_of_this_agent_may_sign()
    {
        const string refusal = "The trust file is not signed by a root key of this agent.";
        Assert.Equal((null, refusal), TrustPolicy.Read(Signed, Builder.PublicKeyPem, Now, 0));
        Assert.Equal((null, refusal), TrustPolicy.Read(Signed, "", Now, 0));
        Assert.Equal((null, refusal), TrustPolicy.Read(Signed, Root.ExportPrivatePem(), Now, 0));
        var touched = Dsse.TryParse(Signed)!;
        var body = Dsse.TryDecode(touched.Payload)!;
        body[^1] ^= 1;
        Assert.Equal(
            (null, refusal),
            TrustPolicy.Read(Dsse.ToJson(touched with { Payload = Convert.ToBase64String(body) }), Root.PublicKeyPem, Now, 0));
    }

    [Fact]
    public void During_a_rotation_either_root_may_sign_and_text_between_them_is_skipped()
    {
        using var next = SigningKey.Create();
        var both = $"the old one\n{Root.PublicKeyPem}\nthe new one, since March\n{next.PublicKeyPem}\nend\n";
        foreach (var root in new[] { Root, next })
            Assert.NotNull(TrustPolicy.Read(TrustPolicy.Sign(Trust, root), both, Now, 1).Policy);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("garbage")]
    [InlineData("")]
    public void What_is_no_envelope_is_refused(string text) =>
        Assert.Equal((null, "The trust file is not a DSSE envelope of a trust policy."), TrustPolicy.Read(text, Root.PublicKeyPem, Now, 0));

    [Fact]
    public void A_statement_of_the_root_is_no_policy() => Assert.Equal(
        (null, "The trust file is not a DSSE envelope of a trust policy."),
        TrustPolicy.Read(Promotion(by: Root), Root.PublicKeyPem, Now, 0));

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("garbage")]
    [InlineData("""{"version":7,"expires":"2026-03-02T12:00:00Z","keys":[]}""")]
    [InlineData("""{"version":7,"expires":"2026-03-02T12:00:00Z","revoked":[]}""")]
    [InlineData("""{"version":"x","expires":"2026-03-02T12:00:00Z","keys":[],"revoked":[]}""")]
    [InlineData("""{"version":7,"expires":"2026-03-02T12:00:00Z","keys":[{"roles":["admin"]}],"revoked":[]}""")]
    [InlineData("""{"version":7,"version":8,"expires":"2026-03-02T12:00:00Z","keys":[],"revoked":[]}""")]
    public void What_the_root_signed_and_is_no_policy_is_refused(string body)
    {
        var signed = Dsse.ToJson(Dsse.Sign(TrustPolicy.PayloadType, Encoding.UTF8.GetBytes(body), Root));
        Assert.Equal((null, "The trust file holds no trust policy."), TrustPolicy.Read(signed, Root.PublicKeyPem, Now, 0));
    }

    [Theory]
    [InlineData(0, 10, true)]
    [InlineData(1, 10, false)]
    [InlineData(-10, 1, true)]
    [InlineData(-10, 0, false)]
    public void A_key_counts_from_its_first_second_to_before_its_last(int notBefore, int notAfter, bool counts)
    {
        var key = Key(Promoter, KeyRole.Promoter) with { NotBefore = Now.AddSeconds(notBefore), NotAfter = Now.AddSeconds(notAfter) };
        Assert.Equal(counts, (Trust with { Keys = [key] }).KeysFor(KeyRole.Promoter, Now).Count == 1);
    }

    [Fact]
    public void A_key_counts_for_its_roles_only()
    {
        var key = Key(Promoter, KeyRole.Promoter) with { Roles = [KeyRole.Promoter, KeyRole.Approver] };
        var trust = Trust with { Keys = [key] };
        Assert.Equal([key], trust.KeysFor(KeyRole.Promoter, Now));
        Assert.Equal([key], trust.KeysFor(KeyRole.Approver, Now));
        Assert.Empty(trust.KeysFor(KeyRole.Builder, Now));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_revoked_key_counts_for_nothing_from_the_revocation_on(int seconds, bool counts)
    {
        var revoked = Trust with { Revoked = [new RevokedKey(Promoter.Id, Now.AddSeconds(seconds), "stolen")] };
        Assert.Equal(counts, revoked.KeysFor(KeyRole.Promoter, Now).Count == 1);
        Assert.Single(revoked.KeysFor(KeyRole.Builder, Now));
    }
}
