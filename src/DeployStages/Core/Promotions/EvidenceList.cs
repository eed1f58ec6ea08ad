using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>The facts behind a promotion's gates and its result, as sentences. Pure.</summary>
internal static class EvidenceList
{
    /// <summary>Oldest first; a fact without a time comes first of all.</summary>
    public static IReadOnlyList<EvidenceView> Of(PromotionView p, Release release, PromotionPolicy policy)
    {
        var evidence = new List<EvidenceView>();
        evidence.AddRange(release.Deployables.DistinctBy(d => d.Artifact).Select(d => new EvidenceView(
            "signature", $"Provenance of {d.ArtifactName} from commit {release.CommitSha.Short}, signed by the control plane.",
            release.CreatedAt, null, d.Artifact.ToString())));
        if (release.HeldReason is { } held)
            evidence.Add(new EvidenceView("hold", held, null, null, release.Digest.ToString()));
        if (p.StartedAt is { } started && policy.Find(p.Stage)?.After is { } before)
            evidence.Add(new EvidenceView("previous-stage", $"Succeeded in {before} first.", started, null, before));
        evidence.AddRange(p.Decisions.Select(OfDecision));
        evidence.AddRange(p.Deploys.Select(OfDeploy));
        if (p.HealthyAt is { } healthy)
            evidence.Add(new EvidenceView("health", "Every instance was healthy.", healthy, null, null));
        return [.. evidence.OrderBy(e => e.At ?? DateTimeOffset.MinValue)];
    }

    private static EvidenceView OfDecision(DecisionView d)
    {
        var approved = d.Decision == "approve";
        var comment = d.Comment is null ? "" : $": {d.Comment}";
        return new EvidenceView(
            approved ? "approval" : "rejection",
            $"{d.Person} {(approved ? "approved" : "rejected")}{comment}{(d.Counts ? "" : " (no longer counts)")}",
            d.At, d.Person, d.PlanDigest);
    }

    private static EvidenceView OfDeploy(PromotionDeployView d) => new(
        d.Rollback ? "rollback" : "deploy",
        $"{d.Deployable} × {d.Instances}, generation {d.Generation}: {d.State}{(d.Reason is null ? "" : $". {d.Reason}")}",
        d.EndedAt ?? d.SubmittedAt, null, d.DeployId);
}
