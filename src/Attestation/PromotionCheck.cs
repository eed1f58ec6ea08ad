using System.Globalization;

namespace Pipeline.Attestation;

/// <summary>What a task is about to run.</summary>
/// <param name="Artifact"><c>sha256:&lt;hex&gt;</c> of the bytes.</param>
/// <param name="Release"><c>sha256:&lt;hex&gt;</c> of the release.</param>
/// <param name="Stage">The stage's name.</param>
/// <param name="Generation">Of the promotion, as <see cref="PromotionPredicate"/> counts them.</param>
/// <param name="Deployable">Null when the caller does not know it; then a statement for one deployable holds too.</param>
/// <param name="RunSpecification">Digest of what is about to run; null when the caller runs nothing and only asks about the
/// artifact.</param>
public sealed record ExpectedPromotion(
    string Artifact, string Release, string Stage, long Generation, string? Deployable = null, string? RunSpecification = null);

/// <summary>
/// The one decision about running something, made by the scheduler before ACCEPT and by TaskRunner before exec: a promotion statement
/// for exactly this artifact, release, stage and generation, and a provenance for the artifact, both by keys of the right role.
/// Deny unless present: envelopes that do not hold are as if they were not there, so removing or adding one never allows more.
/// </summary>
public static class PromotionCheck
{
    /// <param name="trust">Which keys count, and for what.</param>
    /// <param name="envelopes">DSSE envelopes as JSON, in any order; others among them do no harm.</param>
    /// <param name="expected">What the task is about to run.</param>
    /// <param name="now">Keys, statements and the policy must be valid then.</param>
    /// <returns>The first failure, promotion before provenance.</returns>
    public static VerificationOutcome Verify(
        TrustPolicy trust, IReadOnlyList<string> envelopes, ExpectedPromotion expected, DateTimeOffset now)
    {
        if (trust.Expires <= now)
            return new VerificationOutcome(VerificationCode.UntrustedKey, $"The trust policy expired at {trust.Expires:u}.");
        var promotion = FirstThatHolds(
            trust, envelopes, KeyRole.Promoter, PromotionPredicate.Type, "promotion", s => CheckPromotion(s, expected, now), now);
        return promotion.Ok
            ? FirstThatHolds(
                trust, envelopes, KeyRole.Builder, ProvenancePredicate.Type, "provenance", s => CheckProvenance(s, expected), now)
            : promotion;
    }

    // The answer is the best that any envelope gives: holds, or what was wrong with a statement of the type, or with a signature.
    private static VerificationOutcome FirstThatHolds(
        TrustPolicy trust, IReadOnlyList<string> envelopes, KeyRole role, string type, string name,
        Func<Statement, VerificationOutcome> check, DateTimeOffset now)
    {
        VerificationOutcome? wrongStatement = null;
        VerificationOutcome? wrongSignature = null;
        foreach (var envelope in envelopes)
        {
            var verdict = Verifier.Verify(trust, envelope, role, now);
            if (verdict.Verified is { } verified)
            {
                if (verified.Statement.PredicateType != type)
                    continue;
                var outcome = check(verified.Statement);
                if (outcome.Ok)
                    return outcome;
                wrongStatement ??= outcome;
            }
            else if (verdict.Code == VerificationCode.SignatureInvalid || MayBe(envelope, type))
            {
                wrongSignature ??= new VerificationOutcome(verdict.Code, verdict.Detail);
            }
        }

        return wrongStatement ?? wrongSignature ?? new VerificationOutcome(
            VerificationCode.StatementMissing, $"No {name} statement came with the task.");
    }

    // Only chooses which failure to report; an envelope that cannot be read may have been anything.
    private static bool MayBe(string envelope, string type) =>
        Statements.Peek(envelope) is not { } claimed || claimed.PredicateType == type;

    private static VerificationOutcome CheckPromotion(Statement statement, ExpectedPromotion expected, DateTimeOffset now)
    {
        var read = Verifier.Read(statement.Predicate, PredicateJson.Default.PromotionPredicate);
        if (read is not { Stage: not null, Release: not null } promotion)
            return new VerificationOutcome(VerificationCode.SignatureInvalid, "The promotion predicate cannot be read.");
        if (!statement.IsAbout(expected.Artifact))
        {
            return Mismatch(
                VerificationCode.DigestMismatch, "The promotion is for another artifact.", expected.Artifact, SubjectsOf(statement));
        }

        if (promotion.Release != expected.Release)
            return Mismatch(VerificationCode.DigestMismatch, "The promotion is for another release.", expected.Release, promotion.Release);
        if (promotion.Stage != expected.Stage)
            return Mismatch(VerificationCode.StageMismatch, "The promotion is for another stage.", expected.Stage, promotion.Stage);
        if (promotion.Deployable is { } deployable && expected.Deployable is { } wanted && deployable != wanted)
            return Mismatch(VerificationCode.StageMismatch, "The promotion is for another deployable.", wanted, deployable);
        if (promotion.Generation != expected.Generation)
        {
            return Mismatch(
                VerificationCode.GenerationReplayed, "The promotion has another generation.",
                expected.Generation.ToString(CultureInfo.InvariantCulture), promotion.Generation.ToString(CultureInfo.InvariantCulture));
        }

        if (expected.RunSpecification is { } specification && promotion.RunSpecification != specification)
        {
            return promotion.RunSpecification is { } signed
                ? Mismatch(
                    VerificationCode.SpecificationMismatch, "The run specification is not the one of the promotion statement.", signed,
                    specification)
                : new VerificationOutcome(
                    VerificationCode.StatementOutdated, "The promotion statement was made before statements named what may run.");
        }

        return promotion.Expires <= now
            ? Mismatch(
                VerificationCode.StatementExpired, "The promotion expired.", now.ToString("u", null),
                promotion.Expires.ToString("u", null))
            : VerificationOutcome.Verified;
    }

    private static VerificationOutcome CheckProvenance(Statement statement, ExpectedPromotion expected)
    {
        if (!statement.IsAbout(expected.Artifact))
            return Mismatch(
                VerificationCode.DigestMismatch, "The provenance is for another artifact.", expected.Artifact, SubjectsOf(statement));
        var type = Verifier.Read(statement.Predicate, PredicateJson.Default.ProvenancePredicate)?.BuildDefinition?.BuildType;
        return type == ProvenancePredicate.BuildType
            ? VerificationOutcome.Verified
            : Mismatch(VerificationCode.SignatureInvalid, "The build type is unknown.", ProvenancePredicate.BuildType, type);
    }

    private static VerificationOutcome Mismatch(string code, string detail, string expected, string? found) =>
        new(code, detail, expected, found);

    private static string SubjectsOf(Statement statement) =>
        string.Join(", ", statement.Subject.Take(8).Select(s => s.Digest.TryGetValue("sha256", out var hex) ? "sha256:" + hex : s.Name));
}
