using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Core.Policies;

namespace Pipeline.DeployStages.Tests.Core.Gates;

/// <summary>How many approvals count, for which plan, and until when.</summary>
public sealed class ApprovalCountTests
{
    private const string Plan = "sha256:plan";

    public static TheoryData<int, string[], int> Counts => new()
    {
        { 1, [], 0 },
        { 1, ["niki"], 1 },
        { 2, ["niki"], 1 },
        { 2, ["niki", "niki"], 1 },
        { 2, ["niki", "NIKI"], 1 },
        { 2, ["niki", "petros"], 2 },
        { 3, ["niki", "petros"], 2 },
        { 3, ["niki", "petros", "eleni"], 3 },
        { 2, ["niki", "petros", "eleni"], 3 },
    };

    [Theory]
    [MemberData(nameof(Counts))]
    public void Distinct_persons_of_the_group_count(int need, string[] persons, int have)
    {
        var verdict = Decide(Sample.Approval(groups: [("owners", need)]), [.. persons.Select(p => Given(p, "owners"))]);
        Assert.Equal(have >= need, verdict.Open);
        if (!verdict.Open)
            Assert.Equal($"Waiting for approval by owners ({have} of {need}).", Assert.Single(verdict.Blockers).Sentence);
    }

    [Fact]
    public void A_person_in_two_groups_counts_for_both_and_one_in_another_group_for_none()
    {
        var policy = Sample.Approval(groups: [("owners", 1), ("release-managers", 1)]);
        Assert.True(Decide(policy, Given("niki", "owners", "release-managers")).Open);
        Assert.Equal(2, Decide(policy, Given("niki", "developers")).Blockers.Count);
        Assert.Equal("release-managers", Assert.Single(Decide(policy, Given("niki", "owners")).Blockers).ClearedBy);
    }

    [Fact]
    public void An_approval_of_another_plan_counts_for_nothing()
    {
        var policy = Sample.Approval(groups: [("owners", 1)]);
        Assert.False(Decide(policy, Given("niki", "owners") with { PlanDigest = "sha256:other" }).Open);
        Assert.False(Decide(policy, Given("niki", "owners") with { PlanDigest = Plan.ToUpperInvariant() }).Open);
    }

    [Fact]
    public void An_approval_counts_until_the_moment_it_expires()
    {
        var policy = Sample.Approval(groups: [("owners", 1)]);
        var approval = Given("niki", "owners");
        var found = Sample.Around(Sample.Now + policy.Expires).Select(m => approval.Counts(policy, Plan, m.At));
        Assert.Equal([true, false, false], found);
    }

    [Fact]
    public void When_one_of_two_approvals_expires_the_gate_closes_again()
    {
        var policy = Sample.Approval(groups: [("owners", 2)]);
        Approval[] approvals = [Given("niki", "owners"), Given("petros", "owners") with { At = Sample.Now.AddMinutes(30) }];
        var found = Sample.Around(Sample.Now + policy.Expires).Select(m => GatePlanner.Plan(Facts(policy, approvals), m.At));
        Assert.Equal([true, false, false], found.Select(v => v.Open));
    }

    [Fact]
    public void A_stage_without_the_gate_asks_nobody() => Assert.True(GatePlanner.Plan(Facts(null, []), Sample.Now).Open);

    private static Approval Given(string person, params string[] groups) => new(person, groups, Plan, Sample.Now);

    private static GateVerdict Decide(ApprovalPolicy policy, params Approval[] approvals) =>
        GatePlanner.Plan(Facts(policy, approvals), Sample.Now);

    private static GateFacts Facts(ApprovalPolicy? policy, Approval[] approvals) =>
        new(Sample.Stage(approval: policy), null, null, null, null, null, approvals, Plan);
}
