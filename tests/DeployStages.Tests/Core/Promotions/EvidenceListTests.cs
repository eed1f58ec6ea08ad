using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Core.Promotions;

public sealed class EvidenceListTests
{
    private static readonly PromotionPolicy Policy = new([Sample.Stage("qa"), Sample.Stage("production", after: "qa")]);

    [Fact]
    public void Everything_that_counted_is_listed_by_its_time()
    {
        var release = Sample.ReleaseOf(3, Sample.Service("web"), Sample.Service("api")) with { HeldReason = "Bad smell." };
        var view = View(
            startedAt: Sample.Now,
            decisions: [Decision("approve", "niki", "ok", true, 1), Decision("reject", "petros", null, false, 2)],
            deploys: [Deploy(false, "healthy", null, 4), Deploy(true, "failed", "Exit code 3", null)],
            healthyAt: Sample.Now.AddMinutes(5));

        Assert.Equal(
            [
                "hold: Bad smell.",
                "signature: Provenance of app from commit ddddddd, signed by the control plane.",
                "previous-stage: Succeeded in qa first.",
                "approval: niki approved: ok",
                "rejection: petros rejected (no longer counts)",
                "rollback: web × 2, generation 5: failed. Exit code 3",
                "deploy: web × 2, generation 5: healthy",
                "health: Every instance was healthy.",
            ],
            EvidenceList.Of(view, release, Policy).Select(e => $"{e.Kind}: {e.Sentence}"));
    }

    [Fact]
    public void A_promotion_that_did_not_start_shows_no_more_than_the_signatures()
    {
        var release = Sample.ReleaseOf(3, Sample.Service("web", 1), Sample.Service("api", 2));
        var evidence = EvidenceList.Of(View(null, [], [], null), release, Policy);
        Assert.Equal(["signature", "signature"], evidence.Select(e => e.Kind));
        Assert.Equal(release.Deployables.Select(d => d.Artifact.ToString()), evidence.Select(e => e.Subject));
        Assert.All(evidence, e => Assert.Equal(release.CreatedAt, e.At));
    }

    [Fact]
    public void A_first_stage_has_no_stage_before()
    {
        var view = View(Sample.Now, [], [], null) with { Stage = "qa" };
        Assert.DoesNotContain(EvidenceList.Of(view, Sample.ReleaseOf(3), Policy), e => e.Kind == "previous-stage");
        Assert.Empty(EvidenceList.Of(view with { Stage = "removed" }, Sample.ReleaseOf(3), Policy));
    }

    [Fact]
    public void Who_decided_and_what_about_is_named()
    {
        var approval = Assert.Single(EvidenceList.Of(
            View(null, [Decision("approve", "niki", null, true, 1)], [], null), Sample.ReleaseOf(3), Policy));
        Assert.Equal(("niki", "plan", Sample.Now.AddMinutes(1)), (approval.By, approval.Subject, approval.At!.Value));
    }

    private static DecisionView Decision(string decision, string person, string? comment, bool counts, int minute) =>
        new(decision, person, ["release-managers"], "plan", comment, Sample.Now.AddMinutes(minute), counts);

    private static PromotionDeployView Deploy(bool rollback, string state, string? reason, int? endedMinute) => new(
        "web", "production-cluster", "web.production.5.aaaaaaaa", Sample.Release, 5, rollback, 2, state, null, reason,
        Sample.Now.AddMinutes(3), endedMinute is { } minute ? Sample.Now.AddMinutes(minute) : null);

    private static PromotionView View(
        DateTimeOffset? startedAt, IReadOnlyList<DecisionView> decisions, IReadOnlyList<PromotionDeployView> deploys,
        DateTimeOffset? healthyAt) => new(
        new PromotionId(Guid.Empty), 7, "production", "production-cluster", PromotionPhase.Baking, Sample.Release, 3, Sample.Repository,
        CommitSha.Parse(new string('a', 40)), new BuildId(Guid.Empty), true, "system:deploy-stages", 5, null, null, null, null, [], null,
        Sample.Now, startedAt, healthyAt, null, null, decisions, deploys);
}
