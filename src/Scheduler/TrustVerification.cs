using Pipeline.Attestation;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler;

/// <summary>The scheduler's half of "verified twice": the same code judges again on the agent.</summary>
internal static class TrustVerification
{
    /// <param name="current">Null on a server without a trust policy: nothing that must be trusted is launched there.</param>
    public static TrustCheck By(CurrentTrust? current) => (spec, now) =>
    {
        if (spec.Trust is not { } trust)
            return null;
        if (current?.Invoke() is not { } policy)
            return new TrustViolation(VerificationCode.UntrustedKey, "No trust policy is in force on the server.");
        var expected = new ExpectedPromotion(
            trust.Artifact.ToString(), trust.Release.ToString(), trust.Stage, trust.Generation, spec.Subject.Deployable);
        var outcome = PromotionCheck.Verify(policy, spec.Envelopes, expected, now);
        return outcome.Ok
            ? null
            : new TrustViolation(outcome.Code!, outcome.Expected is null ? outcome.Detail
                : $"{outcome.Detail} Expected {outcome.Expected}, found {outcome.Found}.");
    };
}
