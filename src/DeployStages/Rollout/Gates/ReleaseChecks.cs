using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Attestation;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Rollout.Commits;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>What is wrong with a release itself, wherever it is to go. Joins the ambient transaction.</summary>
internal sealed class ReleaseChecks(
    AttestationQueries attestations, ReleaseQueries releases, CurrentTrust trust, NameChecks names, BranchRule branches,
    RouteChecks routes)
{
    /// <summary>A signed hold that is no longer in the release's row; null when row and statements agree.</summary>
    public Task<string?> RemovedHoldAsync(Release release, DateTimeOffset now, CancellationToken ct) =>
        releases.RemovedHoldAsync(release, now, ct);

    /// <summary>Why the stage does not accept the commit; null when it does.</summary>
    public Task<string?> BranchProblemAsync(StagePolicy stage, Release release, CancellationToken ct) =>
        branches.ProblemAsync(stage, release.RepositoryId, release.CommitSha, ct);

    /// <summary>Why the release cannot have its routes in the stage; empty when it can.</summary>
    public Task<IReadOnlyList<string>> RouteProblemsAsync(StagePolicy stage, Release release, CancellationToken ct) =>
        routes.ProblemsAsync(stage.Name, release, ct);

    /// <summary>Takes the release's routes in the stage.</summary>
    /// <returns>False when another was quicker: none was taken.</returns>
    public Task<bool> ClaimRoutesAsync(StagePolicy stage, Release release, CancellationToken ct) =>
        routes.ClaimAsync(stage.Name, release, ct);

    /// <summary>An artifact whose provenance does not verify, or a name of another repository; null when all is well.</summary>
    public async Task<string?> SignatureProblemAsync(Release release, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var deployable in release.Deployables.DistinctBy(d => d.Artifact))
        {
            if (ProvenanceProblem(deployable, await attestations.ProvenanceOfAsync(deployable.Artifact, ct), now) is { } problem)
                return problem;
        }

        return await names.ProblemAsync(release, ct);
    }

    private string? ProvenanceProblem(ReleaseDeployable deployable, string? envelope, DateTimeOffset now)
    {
        if (envelope is null)
            return $"The artifact of {deployable.Name} has no signed provenance: build the commit again.";
        var verdict = Verifier.Verify(trust(), envelope, KeyRole.Builder, now);
        if (verdict.Verified is null)
            return $"The provenance of {deployable.Name} does not verify ({verdict.Code}): {verdict.Detail}";
        return verdict.Verified.Statement.IsAbout(deployable.Artifact.ToString())
            ? null
            : $"The provenance of {deployable.Name} is about other bytes (digest-mismatch).";
    }
}
