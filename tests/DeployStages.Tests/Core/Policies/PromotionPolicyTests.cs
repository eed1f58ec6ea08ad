using Pipeline.DeployStages.Core.Policies;

namespace Pipeline.DeployStages.Tests.Core.Policies;

public sealed class PromotionPolicyTests
{
    private static readonly PromotionPolicy Policy = new(
    [
        Sample.Stage("infra-qa"), Sample.Stage("load-qa"), Sample.Stage("product-qa", "infra-qa"),
        Sample.Stage("production", "product-qa"), Sample.Stage("demo", "product-qa"),
    ]);

    [Fact]
    public void Stages_are_found_by_name_and_follow_each_other()
    {
        Assert.Equal(["infra-qa", "load-qa"], Policy.First.Select(s => s.Name));
        Assert.Equal(["production", "demo"], Policy.Following("product-qa").Select(s => s.Name));
        Assert.Empty(Policy.Following("production"));
        Assert.Equal("demo", Policy.Find("demo")!.Name);
        Assert.Null(Policy.Find("Demo"));
    }

    [Fact]
    public void A_stage_that_was_removed_keeps_its_running_promotions_safe()
    {
        Assert.Same(Policy.Find("demo"), Policy.RulesOf("demo", "elsewhere"));
        var removed = Policy.RulesOf("removed", "old-cluster");
        Assert.Equal(
            ("removed", "old-cluster", PromoteMode.Manual, OnFailure.Rollback, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            (removed.Name, removed.Cluster, removed.Promote, removed.OnFailure, removed.Bake, removed.Budget));
        Assert.Equal(new GatePolicy(TimeSpan.Zero, null), removed.Gates);
    }

    [Fact]
    public void Stages_that_share_a_cluster_name_their_requests_apart()
    {
        Assert.Equal("web", Sample.Stage("qa").RequestIdOf("web"));
        Assert.Equal("web.qa", (Sample.Stage("qa") with { SharesCluster = true }).RequestIdOf("web"));
    }

    [Fact]
    public void A_stage_that_was_not_reached_says_how_one_gets_there()
    {
        Assert.Equal("Follows the build.", StageSentences.NotReached(Sample.Stage()));
        Assert.Equal("Follows qa.", StageSentences.NotReached(Sample.Stage("production", "qa")));
        Assert.Equal(
            "Promoted by hand.", StageSentences.NotReached(Sample.Stage("production", "qa") with { Promote = PromoteMode.Manual }));
    }

    [Theory]
    [InlineData(false, false, "")]
    [InlineData(true, false, "author")]
    [InlineData(false, true, "pusher")]
    [InlineData(true, true, "author pusher")]
    public void Who_is_excluded_is_named_as_the_file_writes_it(bool author, bool pusher, string expected) =>
        Assert.Equal(expected, string.Join(' ', StageSentences.Excluded(Sample.Approval(author, pusher))));
}
