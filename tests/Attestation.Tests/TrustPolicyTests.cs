using static Pipeline.Attestation.Tests.TrustFixture;

namespace Pipeline.Attestation.Tests;

public sealed class TrustPolicyTests
{
    [Fact]
    public void A_policy_signed_by_the_root_comes_back_whole()
    {
        var (policy, refusal) = TrustPolicy.Read(TrustPolicy.Sign(Trust, Root), Root.PublicKeyPem, Now, 1);
        Assert.Null(refusal);
        Assert.Equal(Trust.Keys.Select(k => (k.Id, k.PublicKey, k.Format, k.NotAfter, k.Roles.Single())), policy!.Keys.Select(k => (k.Id, k.PublicKey, k.Format, k.NotAfter, k.Roles.Single())));
        Assert.Equal(Trust.Expires, policy.Expires);
    }

    [Fact]
    public void During_a_rotation_either_root_may_sign()
    {
        using var next = SigningKey.Create();
        Assert.NotNull(TrustPolicy.Read(TrustPolicy.Sign(Trust, next), Root.PublicKeyPem + "\n" + next.PublicKeyPem, Now, 1).Policy);
    }

    [Fact]
    public void Another_root_a_lower_version_and_an_old_policy_are_refused()
    {
        var signed = TrustPolicy.Sign(Trust, Root);
        Assert.Contains("not signed by a root", TrustPolicy.Read(signed, Builder.PublicKeyPem, Now, 0).Refusal);
        Assert.Contains("not signed by a root", TrustPolicy.Read(signed, "", Now, 0).Refusal);
        Assert.Contains("went back", TrustPolicy.Read(signed, Root.PublicKeyPem, Now, 2).Refusal);
        Assert.Contains("expired", TrustPolicy.Read(signed, Root.PublicKeyPem, Trust.Expires, 0).Refusal);
        Assert.Contains("not a DSSE", TrustPolicy.Read("{}", Root.PublicKeyPem, Now, 0).Refusal);
        Assert.Contains("not a DSSE", TrustPolicy.Read(Promotion(by: Root), Root.PublicKeyPem, Now, 0).Refusal);
    }
}
