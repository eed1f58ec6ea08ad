using CsCheck;
using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Plans;

namespace Pipeline.DeployStages.Tests.Core.Plans;

/// <summary>The plan says what would change, and its digest changes exactly when that does.</summary>
public sealed class PromotionPlannerTests
{
    private static readonly Release Now = Sample.ReleaseOf(1, Sample.Service("web"), Sample.Service("api"));

    [Fact]
    public void A_first_release_adds_everything()
    {
        var plan = PromotionPlanner.Plan(Sample.Stage(), null, Now, null);
        Assert.Equal([("api", "added"), ("web", "added")], plan.Deployables.Select(d => (d.Name, d.Change)));
        Assert.Null(plan.From);
        Assert.Null(plan.RollbackTarget);
        Assert.Equal((Now.Digest, 1, Now.CommitSha), (plan.To.Digest, plan.To.Number, plan.To.Commit));
        Assert.All(plan.Deployables, d => Assert.All(d.Fields, f => Assert.Null(f.Was)));
    }

    [Fact]
    public void Deployables_are_compared_by_name_and_sorted()
    {
        var next = Sample.ReleaseOf(
            2, Sample.Service("zeta"), Sample.Service("web") with { Run = "./serve --fast", Instances = 3 }, Sample.Service("Beta"));
        var plan = PromotionPlanner.Plan(Sample.Stage(), Now, next, Now);
        Assert.Equal(
            [("Beta", "added"), ("api", "removed"), ("web", "changed"), ("zeta", "added")],
            plan.Deployables.Select(d => (d.Name, d.Change)));
        Assert.Equal(
            [new FieldChange("instances", "2", "3"), new FieldChange("run", "./serve", "./serve --fast")],
            plan.Deployables.Single(d => d.Name == "web").Fields);
        Assert.All(plan.Deployables.Single(d => d.Name == "api").Fields, f => Assert.Null(f.Now));
        Assert.Equal(Now.Digest, plan.RollbackTarget!.Digest);
    }

    [Fact]
    public void The_same_deployable_is_unchanged()
    {
        var plan = PromotionPlanner.Plan(Sample.Stage(), Now, Now with { Number = 9 }, null);
        Assert.All(plan.Deployables, d => Assert.Equal(("unchanged", 0, "service"), (d.Change, d.Fields.Count, d.Kind)));
    }

    [Fact]
    public void A_variable_that_comes_goes_or_changes_is_a_field_of_its_own()
    {
        var was = Sample.ReleaseOf(1, Sample.Service("web") with { Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" } });
        var next = Sample.ReleaseOf(2, Sample.Service("web") with { Env = new Dictionary<string, string> { ["B"] = "3", ["C"] = "4" } });
        Assert.Equal(
            [new FieldChange("env.A", "1", null), new FieldChange("env.B", "2", "3"), new FieldChange("env.C", null, "4")],
            Assert.Single(PromotionPlanner.Plan(Sample.Stage(), was, next, null).Deployables).Fields);
    }

    [Fact]
    public void The_overrides_of_the_stage_are_part_of_the_plan()
    {
        var web = Sample.Service("web") with
        {
            Stages = new Dictionary<string, StageOverride> { ["production"] = new(5, new Dictionary<string, string>(), null, null) },
        };
        var next = Sample.ReleaseOf(2, web);
        Assert.Equal("5", Instances(PromotionPlanner.Plan(Sample.Stage("production"), null, next, null)));
        Assert.Equal("2", Instances(PromotionPlanner.Plan(Sample.Stage("qa"), null, next, null)));
    }

    [Fact]
    public void The_digest_is_the_same_for_the_same_plan_and_another_for_any_other()
    {
        var plan = PromotionPlanner.Plan(Sample.Stage(), Now, Now, Now);
        Assert.Equal(plan.Digest, PromotionPlanner.Plan(Sample.Stage(), Now, Now, Now).Digest);
        Assert.Matches("^sha256:[0-9a-f]{64}$", plan.Digest);
        var others = new[]
        {
            PromotionPlanner.Plan(Sample.Stage("production"), Now, Now, Now),
            PromotionPlanner.Plan(Sample.Stage() with { Cluster = "other" }, Now, Now, Now),
            PromotionPlanner.Plan(Sample.Stage(), null, Now, Now),
            PromotionPlanner.Plan(Sample.Stage(), Now, Now, null),
            PromotionPlanner.Plan(Sample.Stage(), Now, Now with { Digest = Sample.Newer }, Now),
            PromotionPlanner.Plan(Sample.Stage(), Now, Now with { Deployables = [Sample.Service("web")] }, Now),
        };
        Assert.Equal(others.Length + 1, others.Append(plan).Select(p => p.Digest).Distinct().Count());
    }

    [Fact]
    public void Gates_times_and_numbers_do_not_change_the_digest()
    {
        var plan = PromotionPlanner.Plan(Sample.Stage(), Now, Now, Now);
        var other = PromotionPlanner.Plan(
            Sample.Stage(soak: TimeSpan.FromHours(1), bake: TimeSpan.FromHours(1)), Now with { Number = 8 },
            Now with { HeldReason = "Held.", CreatedAt = Sample.Now }, Now);
        Assert.Equal(plan.Digest, other.Digest);
    }

    [Fact]
    public void Any_change_of_a_field_that_people_compare_changes_the_digest() =>
        (from instances in Gen.Int[1, 50]
         from cpus in Gen.Int[1, 8]
         from bytes in Gen.Byte
         from run in Gen.OneOf(Gen.Const("./serve"), Gen.Const("./serve --fast"), Gen.Const("./other"))
         select (instances, cpus, bytes, run)).Array[2].Sample(
            pair =>
            {
                var plans = pair.Select(x => PromotionPlanner.Plan(
                    Sample.Stage(), null,
                    Now with
                    {
                        Deployables =
                            [Sample.Service("web", x.bytes) with { Instances = x.instances, Cpus = x.cpus, Run = x.run }],
                    }, null)).ToList();
                Assert.Equal(pair[0] == pair[1], plans[0].Digest == plans[1].Digest);
            },
            iter: 500);

    private static string? Instances(PromotionPlan plan) => plan.Deployables[0].Fields.Single(f => f.Field == "instances").Now;
}
