using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;

namespace Pipeline.Scheduler.Tests.Core.Placing;

public sealed class TaskShapeTests
{
    private static readonly Dictionary<string, Placement> Others = new()
    {
        [nameof(Placement.Strategy)] = new(PlacementStrategy.Greedy),
        [nameof(Placement.RackSensitive)] = new(RackSensitive: true),
        [nameof(Placement.SameHostBounce)] = new(SameHostBounce: true),
        [nameof(Placement.Role)] = new(Role: "other"),
        [nameof(Placement.RackAffinity)] = new() { RackAffinity = ["r1"] },
        [nameof(Placement.RequiredAttributes)] = new() { RequiredAttributes = new Dictionary<string, string> { ["zone"] = "a" } },
        [nameof(Placement.AllowedAttributes)] = new() { AllowedAttributes = new Dictionary<string, string> { ["zone"] = "a" } },
        [nameof(Placement.AttributeMinimums)] = new() { AttributeMinimums = [new("zone", "a", 50)] },
        [nameof(Placement.LiteralPorts)] = new() { LiteralPorts = [8080] },
        [nameof(Placement.ExpectedRacks)] = new() { ExpectedRacks = 3 },
    };

    public static TheoryData<string> Rules => new(typeof(Placement).GetProperties().Select(p => p.Name));

    // A rule that is not listed above fails here, too: a run that has it would share the shape, and the reason, of one that has not.
    [Theory]
    [MemberData(nameof(Rules))]
    public void A_run_with_a_placement_rule_of_its_own_is_a_shape_of_its_own(string rule)
    {
        Assert.NotEqual(KeyOf(new Placement()), KeyOf(Others[rule]));
        Assert.Equal("other-run", KeyOf(Others[rule]));
    }

    [Fact]
    public void Runs_of_a_request_with_the_same_needs_and_no_rules_share_a_shape() =>
        Assert.Equal(KeyOf(new Placement(), "run-1"), KeyOf(new Placement(), "run-2"));

    private static string KeyOf(Placement placement, string id = "other-run")
    {
        var deploy = Planning.With(placement, id: id);
        var run = deploy with { Spec = deploy.Spec with { Kind = RequestKind.OnDemand } };
        return TaskShape.Of(run, 1, PlacementForced.Nothing).Key;
    }
}
