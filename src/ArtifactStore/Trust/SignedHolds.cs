using Pipeline.ArtifactStore.Data;
using Pipeline.Attestation;
using Pipeline.Attestation.Decisions;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>The signed decisions about holds of releases. Joins the ambient transaction.</summary>
internal sealed class SignedHolds(KeyRing keys, AttestationStore attestations, CurrentTrust trust)
{
    /// <summary>The decision that stands; null when nobody signed one.</summary>
    public async Task<HoldPredicate?> StandingAsync(Digest release, DateTimeOffset now, CancellationToken ct) => HoldCheck.Standing(
        trust(), await attestations.EnvelopesAsync(release, HoldPredicate.Type, ct), release.ToString(), now);

    /// <summary>“This release is held”, or “its hold is lifted”, numbered after the decisions before it. The caller has locked the
    /// release's row.</summary>
    public async Task SignAsync(Digest release, bool held, string? reason, Actor actor, DateTimeOffset now, CancellationToken ct)
    {
        var before = (await StandingAsync(release, now, ct))?.Number ?? 0;
        var key = keys.Promoter;
        var envelope = DecisionStatements.SignHold(
            new HoldPredicate(release.ToString(), held, before + 1, reason, actor.ToString(), now.ToUniversalTime()), key);
        await attestations.AddAsync(envelope, key.Id, [], ct);
    }
}
