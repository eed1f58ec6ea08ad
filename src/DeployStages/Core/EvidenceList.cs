using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Policy;

namespace Pipeline.DeployStages.Core;

/// <summary>What a promotion's gates and verdict rested on, as sentences. Pure.</summary>
public static class EvidenceList
{
    public static IReadOnlyList<EvidenceView> Of(PromotionView p, Release release, PromotionPolicy policy)
    {
        var evidence = new List<EvidenceView>();
        evidence.AddRange(release.Deployables.DistinctBy(d => d.Artifact).Select(d => new EvidenceView(
            "signature", $"Provenance of {d.ArtifactName} from commit {release.CommitSha.Short}, signed by the control plane.",
            release.CreatedAt, null, d.Artifact.ToString())));
        if (release.HeldReason is { } held)
            evidence.Add(new EvidenceView("hold", held, null, null, release.Digest.ToString()));
        if (p.StartedAt is { } started && policy.Find(p.Stage)?.After is { } before)
            evidence.Add(new EvidenceView("previous-stage", $"Succeeded in {before} before.", started, null, before));
        evidence.AddRange(p.Decisions.Select(d => new EvidenceView(
            d.Decision == "approve" ? "approval" : "rejection",
            $"{d.Person} {(d.Decision == "approve" ? "approved" : "rejected")}{(d.Comment is null ? "" : $": {d.Comment}")}"
                + (d.Counts ? "" : " (no longer counts)"),
            d.At, d.Person, d.PlanDigest)));
        evidence.AddRange(p.Deploys.Select(d => new EvidenceView(
            d.Rollback ? "rollback" : "deploy",
            $"{d.Deployable} × {d.Instances}, generation {d.Generation}: {d.State}{(d.Reason is null ? "" : $". {d.Reason}")}",
            d.EndedAt ?? d.SubmittedAt, null, d.DeployId)));
        if (p.HealthyAt is { } healthy)
            evidence.Add(new EvidenceView("health", "Every instance was healthy.", healthy, null, null));
        return [.. evidence.OrderBy(e => e.At ?? DateTimeOffset.MinValue)];
    }
}
