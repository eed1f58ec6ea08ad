using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Tests.Core.Promotions;

public sealed class PromotionJournalTests
{
    private static readonly PromotionId Id = new(Guid.Empty);

    public static TheoryData<PromotionPhase, JournalEvent> Events => new()
    {
        { PromotionPhase.Waiting, new PromotionWaiting(Id, Sample.Release, "qa", ["Waiting."]) },
        { PromotionPhase.Deploying, new PromotionStarted(Id, Sample.Release, "qa", 5) },
        { PromotionPhase.Baking, new PromotionBaking(Id, Sample.Release, "qa") },
        { PromotionPhase.RollingBack, new PromotionRollingBack(Id, Sample.Release, "qa", Sample.Good, FailureClass.Health, "Slow.") },
        { PromotionPhase.Succeeded, new PromotionSucceeded(Id, Sample.Release, "qa") },
        { PromotionPhase.RolledBack, new PromotionRolledBack(Id, Sample.Release, "qa", Sample.Good, "Slow.") },
        { PromotionPhase.Failed, new PromotionFailed(Id, Sample.Release, "qa", FailureClass.Health, "Slow.") },
        { PromotionPhase.Rejected, new PromotionRejected(Id, Sample.Release, "qa", "niki", "Not today") },
        { PromotionPhase.Superseded, new PromotionSuperseded(Id, Sample.Release, "qa", Sample.Newer) },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void Each_phase_has_its_event(PromotionPhase phase, JournalEvent expected)
    {
        var p = Sample.In(phase, Sample.Good) with { Reason = "Slow.", FailureClass = FailureClass.Health, SupersededBy = Sample.Newer };
        Assert.Equivalent(expected, PromotionJournal.Of(p, "niki", "Not today"), strict: true);
    }

    [Theory]
    [InlineData(PromotionPhase.RollingBack)]
    [InlineData(PromotionPhase.Failed)]
    public void What_a_person_requested_counts_as_the_release_s(PromotionPhase phase) => Assert.Equal<FailureClass?>(
        FailureClass.App,
        PromotionJournal.Of(Sample.In(phase) with { Reason = null }) switch
        {
            PromotionRollingBack e => (FailureClass?)e.Class,
            PromotionFailed e => e.Class,
            _ => null,
        });

    [Fact]
    public void An_entry_is_about_the_commit_the_release_and_the_stage()
    {
        var subject = Sample.In(PromotionPhase.Waiting).Subject;
        Assert.Equal(
            (Sample.Repository, Sample.Release, "qa", "qa-cluster", Id),
            (subject.Repository!.Value, subject.Release!.Value, subject.Stage!, subject.Cluster!, subject.Promotion!.Value));
        Assert.NotNull(subject.Commit);
        Assert.NotNull(subject.Build);
    }

    [Fact]
    public void Stored_names_of_kinds_never_change() => Assert.Equal(
        [
            "promotion.approved", "promotion.baking", "promotion.created", "promotion.failed", "promotion.rejected",
            "promotion.rolled-back", "promotion.rolling-back", "promotion.started", "promotion.succeeded", "promotion.superseded",
            "promotion.waiting",
        ],
        PromotionEventKinds.All.Select(k => k.Name).Order(StringComparer.Ordinal));
}
