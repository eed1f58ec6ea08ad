namespace Pipeline.Attestation.Decisions;

/// <summary>
/// Whether a recorded approval is the one that was signed. A record alone is nobody's decision: it counts only with an envelope of a
/// trusted key that says the same of the same plan, stage, release, promotion, person, groups and time.
/// </summary>
public static class ApprovalCheck
{
    // Databases keep microseconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    /// <param name="trust">Which keys may sign approvals.</param>
    /// <param name="envelope">The DSSE envelope (JSON) that was recorded with it; null when there is none.</param>
    /// <param name="planDigest">The plan that the record names.</param>
    /// <param name="recorded">What the record says.</param>
    /// <param name="now">The key must be accepted then.</param>
    public static VerificationOutcome Verify(
        TrustPolicy trust, string? envelope, string planDigest, ApprovalPredicate recorded, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(envelope))
            return new VerificationOutcome(VerificationCode.DecisionUnsigned, "There is no signed statement of it.");
        var verdict = Verifier.Verify(trust, envelope, KeyRole.Approver, now);
        if (verdict.Verified is not { Statement: var statement })
            return new VerificationOutcome(VerificationCode.DecisionUnsigned, verdict.Detail);
        if (statement.PredicateType != ApprovalPredicate.Type
            || Verifier.Read(statement.Predicate, DecisionJson.Default.ApprovalPredicate) is not { Groups: not null } signed)
        {
            return Differs("a decision", ApprovalPredicate.Type, statement.PredicateType);
        }

        return !statement.IsAbout(planDigest)
            ? Differs("another plan", planDigest, string.Join(", ", statement.Subject.SelectMany(s => s.Digest.Values)))
            : Compare(signed, recorded);
    }

    private static VerificationOutcome Compare(ApprovalPredicate signed, ApprovalPredicate recorded)
    {
        if (signed.Promotion != recorded.Promotion)
            return Differs("another promotion", recorded.Promotion, signed.Promotion);
        if (signed.Stage != recorded.Stage)
            return Differs("another stage", recorded.Stage, signed.Stage);
        if (signed.Release != recorded.Release)
            return Differs("another release", recorded.Release, signed.Release);
        if (signed.Person != recorded.Person)
            return Differs("another person", recorded.Person, signed.Person);
        if (!signed.Groups.Order(StringComparer.Ordinal).SequenceEqual(recorded.Groups.Order(StringComparer.Ordinal)))
            return Differs("other groups", string.Join(", ", recorded.Groups), string.Join(", ", signed.Groups));
        return (signed.At - recorded.At).Duration() > Rounding
            ? Differs("another time", recorded.At.ToString("u", null), signed.At.ToString("u", null))
            : VerificationOutcome.Verified;
    }

    private static VerificationOutcome Differs(string what, string recorded, string signed) => new(
        VerificationCode.DecisionMismatch, $"The signed statement is about {what}: recorded {recorded}, signed {signed}.", recorded,
        signed);
}
