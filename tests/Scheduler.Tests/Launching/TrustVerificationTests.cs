using Pipeline.Attestation;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Launching;

/// <summary>The check before every launch. What a signature must be is tested with <c>PromotionCheck</c> itself.</summary>
public sealed class TrustVerificationTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DeployTrust Trust = new(
        Kernel.Digest.FromHash(new byte[32]), Kernel.Digest.FromHash([1, .. new byte[31]]), "production", 3);

    [Fact]
    public void What_needs_no_trust_is_launched_even_without_a_policy() => Assert.Null(TrustVerification.By(null)(Spec(null), Now));

    [Fact]
    public void Without_a_policy_nothing_that_must_be_trusted_is_launched()
    {
        var violation = TrustVerification.By(null)(Spec(Trust), Now);
        Assert.Equal(VerificationCode.UntrustedKey, violation!.Code);
    }

    [Theory]
    [InlineData(1, "expired")]
    [InlineData(-1, "no")]
    public void A_deploy_whose_envelopes_do_not_prove_it_is_refused_with_the_reason(int daysAgo, string reason)
    {
        var policy = new TrustPolicy(1, Now.AddDays(-daysAgo), [], []);
        var violation = TrustVerification.By(() => policy)(Spec(Trust), Now);
        Assert.Contains(reason, violation!.Detail, StringComparison.OrdinalIgnoreCase);
    }

    private static DeploySpec Spec(DeployTrust? trust)
    {
        var machine = new Machine();
        machine.Do(new SubmitDeployCommand(Machine.Web("v1", trust: trust)));
        return machine.Deploys["v1"].Spec;
    }
}
