using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Data;
using Pipeline.Attestation;
using Pipeline.Attestation.Decisions;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>Signs what the control plane states, and stores it. Joins the ambient transaction.</summary>
internal sealed class StatementSigner(
    KeyRing keys, AttestationStore attestations, IOptions<ArtifactStoreOptions> options, TimeProvider time)
{
    /// <summary>“This release may run in this stage.”</summary>
    /// <returns>The DSSE envelope as JSON.</returns>
    public async Task<string> SignPromotionAsync(NewPromotionStatement promotion, CancellationToken ct)
    {
        Invariant.Require(promotion.Artifacts.Count > 0);
        var key = keys.Promoter;
        var envelope = Statements.SignPromotion(
            SubjectsOf(promotion.Artifacts),
            new PromotionPredicate(
                promotion.Stage, promotion.Release.ToString(), promotion.Deployable, promotion.Generation,
                promotion.Expires.ToUniversalTime(), promotion.RunSpecification),
            key, time.GetUtcNow());
        await attestations.AddAsync(envelope, key.Id, [promotion.Release], ct);
        return envelope;
    }

    /// <summary>“This person approved this plan.”</summary>
    /// <returns>The DSSE envelope as JSON.</returns>
    public async Task<string> SignApprovalAsync(NewApprovalStatement approval, CancellationToken ct)
    {
        var key = keys.Promoter;
        var envelope = DecisionStatements.SignApproval(
            approval.PlanDigest,
            new ApprovalPredicate(
                approval.Stage, approval.Release.ToString(), approval.Promotion.ToString(), approval.Person, approval.Groups, approval.At),
            key);
        await attestations.AddAsync(envelope, key.Id, [approval.Release], ct);
        return envelope;
    }

    /// <summary>“This build made these artifacts from this commit.”</summary>
    public async Task SignProvenanceAsync(NewRelease release, Digest releaseDigest, CancellationToken ct)
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
        var key = keys.Builder;
        var envelope = Statements.SignProvenance(SubjectsOf(release.Artifacts), provenance, key, time.GetUtcNow());
        await attestations.AddAsync(envelope, key.Id, [releaseDigest], ct);
    }

    private static IReadOnlyList<StatementSubject> SubjectsOf(IReadOnlyList<ReleaseArtifact> artifacts) =>
        [.. artifacts.DistinctBy(a => a.Digest).Select(a => StatementSubject.Of(a.Name, a.Digest.ToString()))];
}
