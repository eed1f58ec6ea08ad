using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Signing;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Launching;

/// <summary>The scheduler's half of "verified twice": the same code judges again on the agent.</summary>
internal static class TrustVerification
{
    /// <param name="current">Null on a server without a trust policy: nothing that must be trusted is launched there.</param>
    public static TrustCheck By(CurrentTrust? current) => (deploy, now) =>
    {
        var runner = RunnerText.Of(deploy.Spec.RunnerSpec);
        if (deploy.Spec.Trust is not { } trust)
        {
            return runner.IsRun
                ? new TrustViolation(VerificationCode.StatementMissing, "It is a deployable, and no promotion is named that allows it.")
                : null;
        }

        if (current?.Invoke() is not { } policy)
            return new TrustViolation(VerificationCode.UntrustedKey, "No trust policy is in force on the server.");
        var expected = new ExpectedPromotion(
            trust.Artifact.ToString(), trust.Release.ToString(), trust.Stage, trust.Generation, deploy.Spec.Subject.Deployable,
            runner.SpecificationDigest);
        var outcome = PromotionCheck.Verify(policy, deploy.Spec.Envelopes, expected, now);
        return ViolationOf(outcome.Ok ? Compare(deploy, runner, trust, policy, now) : outcome);
    };

    private static VerificationOutcome Compare(Deploy deploy, RunnerText runner, DeployTrust trust, TrustPolicy policy, DateTimeOffset now)
    {
        if (RunSpecification.TryParse(runner.Specification) is not { } signed || signed.Artifact.Digest != trust.Artifact.ToString())
            return SpecificationCheck.NotSigned(trust.Artifact.ToString(), "a specification that cannot be read, or of another artifact");
        var (allowed, refused) = deploy.Spec.Run is { } run ? WithOverride(signed, deploy, run, policy, now) : (signed, null);
        return refused ?? SpecificationCheck.Compare(allowed, SpecificationOf(deploy, signed));
    }

    // What only TaskRunner uses is taken from the signed specification itself: TaskRunner gets nothing else.
    private static RunSpecification SpecificationOf(Deploy deploy, RunSpecification signed)
    {
        var spec = deploy.Spec;
        var actual = signed with
        {
            Image = spec.Image, User = spec.User, KillGraceSeconds = RunSpecifications.Seconds(spec.KillGrace),
            Request = deploy.RequestId, RunLimitSeconds = RunSpecifications.Seconds(spec.MaxRunTime), Uris = [],
        };
        return RunSpecifications.Of(actual, spec.Needs, spec.Readiness, spec.Options);
    }

    private static (RunSpecification Allowed, VerificationOutcome? Refused) WithOverride(
        RunSpecification signed, Deploy deploy, Contract.Deploys.RunDetails run, TrustPolicy policy, DateTimeOffset now)
    {
        if (run is { IsPlain: true, Envelope: null })
            return (signed, null);
        var (own, outcome) = RunOverride.Verify(
            policy, run.Envelope, deploy.Spec.Subject.Cluster ?? "", deploy.RequestId, run.RunId, now);
        if (own is null)
            return (signed, outcome);
        var same = own.Arguments.SequenceEqual(run.Arguments)
            && own.Environment.Count == run.Environment.Count && !own.Environment.Except(run.Environment).Any();
        return (
            signed with
            {
                Cpus = own.Cpus ?? signed.Cpus, MemoryMb = own.MemoryMb ?? signed.MemoryMb, DiskMb = own.DiskMb ?? signed.DiskMb,
                Ports = own.Ports ?? signed.Ports,
            },
            same ? null : new VerificationOutcome(
                VerificationCode.SpecificationMismatch, $"The arguments or variables of run {run.RunId} are not those that were signed."));
    }

    private static TrustViolation? ViolationOf(VerificationOutcome outcome) => outcome.Ok
        ? null
        : new TrustViolation(
            outcome.Code!,
            outcome.Expected is null ? outcome.Detail : $"{outcome.Detail} Expected {outcome.Expected}, found {outcome.Found}.",
            outcome.Code == VerificationCode.StatementOutdated);
}
