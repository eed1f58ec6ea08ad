using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Policy;

namespace Pipeline.DeployStages.Tests.Policy;

/// <summary>One mistake, one message with its place; and what every key means when it is right.</summary>
public sealed class PolicyShapeTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { "", "1:1: The file must be one mapping with the key 'stages'. (write stages: and a list of stages)" },
        { "- a", "1:1: The file must be one mapping with the key 'stages'. (write stages: and a list of stages)" },
        { "stages: []", "1:9: 'stages' must be a list with at least one stage. (write stages: [{ name: qa, cluster: qa }])" },
        { "stages: qa", "1:9: 'stages' must be a list with at least one stage. (write stages: [{ name: qa, cluster: qa }])" },
        { "stages: [qa]", "1:10: A stage must be a mapping. (write - { name: qa, cluster: qa })" },
        {
            "stages: [{ name: a, cluster: a }]\nholds: []",
            "2:1: 'holds' is not available in this version. (remove it; it would not be enforced)"
        },
        { "stages: [{ name: a, cluster: a }]\nstage: []", "2:1: 'stage' is not a key of the policy. (did you mean 'stages'?)" },
        { "stages: [{ name: a, cluster: a }]\nteams: []", "2:1: 'teams' is not a key of the policy. (the keys are stages)" },
        { Stage("cluster: b"), "1:33: The key 'cluster' is there twice. (It is first written in line 1; keep one.)" },
        { "stages: [{ cluster: a }]", "1:10: A stage has no name. (add name: NAME)" },
        { "stages: [{ name: a }]", "1:10: Stage 'a' names no cluster. (add cluster: NAME)" },
        { "stages: [{ name: [a], cluster: a }]", "1:18: 'name' must be one value. (write name: VALUE)" },
        { Stage("gates: soak"), "1:40: 'gates' must be a mapping. (write gates: { signature, soak, approval })" },
        {
            Stage("gates: { signature: optional }"),
            "1:53: 'optional' is not a value of 'signature'. (write signature: required; it cannot be switched off)"
        },
        {
            Stage("gates: { soak: 1m }"),
            "1:48: 'soak' needs 'after': it is the time in the stage before. (add after: STAGE or remove the soak)"
        },
        {
            Stage("gates: { approval: { groups: [owners] } }"),
            "1:62: 'groups' must be a mapping of names. (write groups: { release-managers: 1 })"
        },
        {
            Stage("gates: { approval: { exclude: [author] } }"),
            "1:52: An approval needs at least one group. (add groups: { release-managers: 1 })"
        },
        {
            Stage("gates: { approval: { groups: { owners: 21 } } }"),
            "1:72: Group 'owners' must say how many persons, from 1 to 20. (write owners: 1)"
        },
        {
            Stage("gates: { approval: { groups: { owners: 1 }, exclude: author } }"),
            "1:86: 'exclude' must be a list. (write exclude: [VALUE])"
        },
        {
            Stage("gates: { approval: { groups: { owners: 1 }, expires: 0s } }"),
            "1:86: 'expires' must be longer than 0. (write expires: 10m)"
        },
        { Stage("budget: 0m"), "1:41: 'budget' must be longer than 0. (write budget: 10m)" },
        { Stage("bake: 31d"), "1:39: 'bake' may be 30 days at most." },
        { Stage("bake: 5"), "1:39: '5' is not a time for 'bake'. (write a number and a unit: 500ms, 30s, 10m, 72h, 7d)" },
        { Stage("bake: 1.5h"), "1:39: '1.5h' is not a time for 'bake'. (write a number and a unit: 500ms, 30s, 10m, 72h, 7d)" },
        { Stage("promote: maybe"), "1:42: 'maybe' is not a value of 'promote'. (the values are automatic, manual)" },
        { Stage("branches: []"), "1:10: 'branches' names no branch. (write branches: [default], or remove the key)" },
        { Stage("branches: ['a b']"), "1:44: 'a b' is not a branch. (write a name, release/* or default)" },
        { Stage("branches: [[main]]"), "1:44: A single value is expected here, not a list." },
        {
            Stage("strategy: { pause: 5s }"),
            "1:52: 'pause' needs 'canary': it is the time between its groups. (add canary: [1, 25%, 100%] or remove the pause)"
        },
        {
            Stage("strategy: { canary: [10001] }"),
            "1:54: '10001' is not a number of instances. (write a number from 1, or a share such as 25%)"
        },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_where_it_is(string text, string expected)
    {
        var reading = PolicyReader.Read("p.yaml", text, null);
        Assert.Null(reading.Policy);
        Assert.Contains($"p.yaml:{expected}", reading.Problems.Select(p => p.ToString()));
    }

    [Fact]
    public void Names_are_short_lower_case_and_their_own()
    {
        Assert.Empty(PolicyReader.Read("p.yaml", $"stages: [{{ name: {new string('a', 40)}, cluster: a }}]", null).Problems);
        foreach (var name in new[] { new string('a', 41), "1a", "a_b", "-a", "Qa", "a.b" })
            Assert.Contains("is not a stage's name", Only($"stages: [{{ name: {name}, cluster: a }}]"), StringComparison.Ordinal);
        Assert.StartsWith(
            "p.yaml:2:11: Stage 'a' is written twice, first at line 1.",
            Only("stages: [{ name: a, cluster: a },\n  { name: a, cluster: a }]"), StringComparison.Ordinal);
    }

    [Fact]
    public void Stages_come_after_others_and_never_in_a_circle()
    {
        Assert.Contains("Stage 'a' comes after itself.", Only("stages: [{ name: a, cluster: a, after: a }]"), StringComparison.Ordinal);
        var circle = PolicyReader.Read(
            "p.yaml",
            "stages: [{ name: a, cluster: a, after: c }, { name: b, cluster: b, after: a }, { name: c, cluster: c, after: b }, "
            + "{ name: d, cluster: d, after: c }]",
            null);
        Assert.Equal(["a", "b", "c"], circle.Problems.Select(p => p.Message.Split('\'')[1]));
    }

    [Fact]
    public void Every_key_means_what_it_says()
    {
        var reading = PolicyReader.Read("p.yaml", """
            stages:
              - { name: qa, cluster: shared }
              - name: production
                cluster: shared
                after: qa
                promote: Manual
                branches: [default, release/*]
                bake: 500ms
                on_failure: stay
                budget: 2d
                gates:
                  signature: required
                  soak: 72h
                  approval: { groups: { owners: 2, release-managers: 20 }, exclude: [pusher], expires: 90m }
            """, new HashSet<string> { "shared" });
        Assert.Empty(reading.Problems);
        var (qa, production) = (reading.Policy!.Stages[0], reading.Policy.Stages[1]);
        Assert.Equal(
            (PromoteMode.Automatic, null, TimeSpan.Zero, OnFailure.Rollback, TimeSpan.FromMinutes(10), 2),
            (qa.Promote, qa.After, qa.Bake, qa.OnFailure, qa.Budget, qa.Line));
        Assert.Null(qa.Branches);
        Assert.Equal(
            (PromoteMode.Manual, "qa", TimeSpan.FromMilliseconds(500), OnFailure.Stay, TimeSpan.FromDays(2), 3),
            (production.Promote, production.After!, production.Bake, production.OnFailure, production.Budget, production.Line));
        Assert.Equal(["default", "release/*"], production.Branches);
        Assert.Equal(TimeSpan.FromHours(72), production.Gates.Soak);
        var approval = production.Gates.Approval!;
        Assert.Equal((2, 20), (approval.Groups["owners"], approval.Groups["release-managers"]));
        Assert.Equal((false, true), (approval.ExcludeAuthor, approval.ExcludePusher));
        Assert.Equal(TimeSpan.FromMinutes(90), approval.Expires);
        Assert.Equal(["web.qa", "web.production"], reading.Policy.Stages.Select(s => s.RequestIdOf("web")));
    }

    [Fact]
    public void An_approval_expires_after_three_days_unless_the_policy_says_otherwise() => Assert.Equal(
        TimeSpan.FromHours(72),
        PolicyReader.Read("p.yaml", Stage("gates: { approval: { groups: { owners: 1 } } }"), null)
            .Policy!.Stages[0].Gates.Approval!.Expires);

    private static string Stage(string more) => $"stages: [{{ name: a, cluster: a, {more} }}]";

    private static string Only(string text) => Assert.Single(PolicyReader.Read("p.yaml", text, null).Problems).ToString();
}
