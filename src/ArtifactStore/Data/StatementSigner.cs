using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Core;
using Pipeline.Attestation;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Data;

/// <summary>Signs what the control plane states, and stores it. Joins the ambient transaction.</summary>
public sealed class StatementSigner(KeyRing keys, AttestationStore attestations, IOptions<ArtifactStoreOptions> options)
{
    /// <summary>"This release may run in this stage." Needed for every launch; an older release needs a fresh one.</summary>
    /// <returns>The DSSE envelope as JSON.</returns>
    public async Task<string> SignPromotionAsync(NewPromotionStatement promotion, CancellationToken ct)
    {
        Invariant.Require(promotion.Artifacts.Count > 0);
        var envelope = Statements.SignPromotion(
            SubjectsOf(promotion.Artifacts),
            new PromotionPredicate(
                promotion.Stage, promotion.Release.ToString(), promotion.Deployable, promotion.Generation,
                promotion.Expires.ToUniversalTime()),
            keys.Promoter);
        await attestations.AddAsync(envelope, keys.Promoter.Id, [promotion.Release], ct);
        return envelope;
    }

    internal async Task SignProvenanceAsync(NewRelease release, Digest releaseDigest, CancellationToken ct)
    {
        if (release.Artifacts.Count == 0)
            return;
        var source = new ResourceDescriptor(
            null, "git+" + release.RepositoryUrl, new Dictionary<string, string> { ["gitCommit"] = release.CommitSha.ToString() });
        var provenance = new ProvenancePredicate(
            new BuildDefinition(
                ProvenancePredicate.BuildType,
                new Dictionary<string, string> { ["repository"] = release.RepositoryUrl, ["commit"] = release.CommitSha.ToString() },
                new Dictionary<string, string> { ["release"] = releaseDigest.ToString() },
                [source]),
            new RunDetails(
                new BuilderIdentity(options.Value.BuilderId),
                new RunMetadata(release.BuildId.ToString(), release.BuildStartedAt, release.BuildFinishedAt)));
        var envelope = Statements.SignProvenance(SubjectsOf(release.Artifacts), provenance, keys.Builder);
        await attestations.AddAsync(envelope, keys.Builder.Id, [releaseDigest], ct);
    }

    private static IReadOnlyList<StatementSubject> SubjectsOf(IReadOnlyList<ReleaseArtifact> artifacts) =>
        [.. artifacts.DistinctBy(a => a.Digest).Select(a => StatementSubject.Of(a.Name, a.Digest.ToString()))];
}
