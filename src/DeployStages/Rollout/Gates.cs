using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Attestation;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>A promotion's plan and its open and closed gates at one moment.</summary>
public sealed record GateView(PlanCore Plan, GateVerdict Verdict, Digest? Target);

/// <summary>Gathers the facts that <see cref="GatePlanner"/> decides on. Joins the ambient transaction.</summary>
public sealed class Gates(
    StageStores stores, ReleaseQueries releases, AttestationQueries attestations, CurrentTrust trust, RolloutWatch watch, BranchRule branches,
    TimeProvider time)
{
    /// <param name="id">The promotion itself, null for a dry run.</param>
    public async Task<GateView> LookAsync(StagePolicy stage, Digest release, RepositoryId repository, PromotionId? id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var to = await releases.FindAsync(release, ct);
        Invariant.Require(to is not null);
        var slot = await stores.Slots.FindAsync(stage.Name, repository, ct);
        var target = await TargetAsync(stage.Name, repository, release, slot?.Stable, ct);
        var from = slot?.Current is { } current ? await releases.FindAsync(current, ct) : null;
        var plan = Planner.Plan(stage, from, to, target);
        var running = await stores.Promotions.RunningAsync(stage.Name, repository, ct);
        IReadOnlyList<Decision> decisions = id is { } known ? await stores.Decisions.OfAsync([known], ct) : [];
        var facts = new GateFacts(
            stage,
            to.HeldReason,
            await SignatureProblemAsync(to, now, ct) ?? await NameProblemAsync(to, ct),
            await branches.ProblemAsync(stage, repository, to.CommitSha, ct),
            stage.After is { } before ? await BeforeAsync(before, stage.Gates.Soak, release, repository, now, ct) : null,
            running is null || running.Id == id ? null : new PromotionInSlot(running.Number, running.ReleaseNumber, running.Phase),
            [.. decisions.Where(d => d.Kind == DecisionKind.Approve).Select(d => d.ToApproval())],
            plan.Digest);
        return new GateView(plan, GatePlanner.Plan(facts, now), target?.Digest);
    }

    /// <summary>What the slot returns to when <paramref name="release"/> does not hold: the last good one that may still run.</summary>
    public async Task<Release?> TargetAsync(string stage, RepositoryId repository, Digest release, Digest? stable, CancellationToken ct)
    {
        var good = await stores.Promotions.GoodReleasesAsync(stage, repository, release, ct);
        IEnumerable<Digest> candidates = stable is { } known && known != release ? good.Prepend(known).Distinct() : good;
        foreach (var candidate in candidates)
        {
            if (await releases.FindAsync(candidate, ct) is { HeldReason: null } found)
                return found;
        }

        return null;
    }

    private async Task<StageBefore> BeforeAsync(
        string stage, TimeSpan soak, Digest release, RepositoryId repository, DateTimeOffset now, CancellationToken ct)
    {
        var succeeded = await stores.Promotions.HasSucceededAsync(stage, release, ct);
        var slot = await stores.Slots.FindAsync(stage, repository, ct);
        var isCurrent = slot?.Current == release;
        var since = slot?.HealthySince;
        if (succeeded && isCurrent && soak > TimeSpan.Zero && await stores.Promotions.RunningAsync(stage, repository, ct) is null)
        {
            var healthy = await watch.IsHealthyAsync(stage, repository, ct);
            var observed = healthy ? since ?? now : (DateTimeOffset?)null;
            if (observed != since)
                await stores.Slots.SetHealthySinceAsync(stage, repository, observed, ct);
            since = observed;
        }

        return new StageBefore(stage, succeeded, isCurrent, since);
    }

    private async Task<string?> SignatureProblemAsync(Release release, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var deployable in release.Deployables.DistinctBy(d => d.Artifact))
        {
            if (await attestations.ProvenanceOfAsync(deployable.Artifact, ct) is not { } envelope)
                return $"The artifact of {deployable.Name} has no signed provenance: build the commit again.";
            var verdict = Verifier.Verify(trust(), envelope, KeyRole.Builder, now);
            if (verdict.Verified is null)
                return $"The provenance of {deployable.Name} does not hold ({verdict.Code}): {verdict.Detail}";
            if (!verdict.Verified.Statement.IsAbout(deployable.Artifact.ToString()))
                return $"The provenance of {deployable.Name} is about other bytes (digest-mismatch).";
        }

        return null;
    }

    // A name belongs to the repository that deployed it first: another one must not take its tasks over.
    private async Task<string?> NameProblemAsync(Release release, CancellationToken ct)
    {
        var taken = await stores.Deployables.OfNamesAsync([.. release.Deployables.Select(d => d.Name)], ct);
        return taken.FirstOrDefault(d => d.Repository != release.RepositoryId) is { } other
            ? $"The deployable name '{other.Name}' belongs to another repository: rename it in .pipeline.yaml."
            : null;
    }
}
