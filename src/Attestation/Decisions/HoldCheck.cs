namespace Pipeline.Attestation.Decisions;

/// <summary>What the signed decisions about a release say: the one with the highest number stands.</summary>
public static class HoldCheck
{
    /// <param name="trust">Which keys may sign.</param>
    /// <param name="envelopes">DSSE envelopes (JSON) in any order; what does not verify or is about something else is as if it were
    /// absent.</param>
    /// <param name="release"><c>sha256:&lt;hex&gt;</c> of the release.</param>
    /// <param name="now">The keys must be accepted then.</param>
    /// <returns>Null when nobody has signed a decision.</returns>
    public static HoldPredicate? Standing(TrustPolicy trust, IEnumerable<string> envelopes, string release, DateTimeOffset now) =>
        envelopes.Select(e => Signed(trust, e, release, now)).OfType<HoldPredicate>().MaxBy(h => h.Number);

    private static HoldPredicate? Signed(TrustPolicy trust, string envelope, string release, DateTimeOffset now)
    {
        var statement = Verifier.Verify(trust, envelope, KeyRole.Approver, now).Verified?.Statement;
        return statement is { PredicateType: HoldPredicate.Type } && statement.IsAbout(release)
            && Verifier.Read(statement.Predicate, DecisionJson.Default.HoldPredicate) is { } hold && hold.Release == release
            ? hold
            : null;
    }
}
