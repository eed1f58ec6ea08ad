using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Policy;

public sealed class PolicyTests
{
    [Fact]
    public void The_shipped_policy_is_valid_and_takes_releases_to_production_by_itself()
    {
        var file = Path.Combine(Root(), "pipelines", "stages.yaml");
        var reading = PolicyReader.Read(file, File.ReadAllText(file), new HashSet<string> { "infra-qa", "product-qa", "production" });

        Assert.Empty(reading.Problems);
        Assert.Equal(["infra-qa", "product-qa", "production"], reading.Policy!.Stages.Select(s => s.Name));
        Assert.All(reading.Policy.Stages, s => Assert.Null(s.Gates.Approval));
    }

    [Fact]
    public void Every_error_is_reported_at_once_with_its_place_and_a_hint()
    {
        var reading = PolicyReader.Read("stages.yaml", """
            stages:
              - name: QA
                cluster: nowhere
                promot: automatic
                strategy: { canary: [1, 0, 101%], pause: soon }
              - name: production
                cluster: production
                after: staging
                bake: soon
                gates:
                  soak: 1m
                  windows: { deny: [] }
                  approval: { groups: { managers: 0 }, exclude: [everybody] }
                on_failure: explode
            """, new HashSet<string> { "production" });

        Assert.Null(reading.Policy);
        Assert.Equal(
            """
            stages.yaml:2:11: 'QA' is not a stage's name. (use lower-case letters, digits and dashes, at most 40)
            stages.yaml:3:14: Cluster 'nowhere' is not configured. (the clusters are production)
            stages.yaml:4:5: 'promot' is not a key of a stage. (did you mean 'promote'?)
            stages.yaml:5:29: '0' is not a number of instances. (write a number from 1, or a share such as 25%)
            stages.yaml:5:32: '101%' is not a number of instances. (write a number from 1, or a share such as 25%)
            stages.yaml:5:46: 'soon' is not a time for 'pause'. (write a number and a unit: 500ms, 30s, 10m, 72h, 7d)
            stages.yaml:8:12: There is no stage 'staging' to come after. (the stages are QA, production)
            stages.yaml:9:11: 'soon' is not a time for 'bake'. (write a number and a unit: 500ms, 30s, 10m, 72h, 7d)
            stages.yaml:12:7: 'windows' is not available in this version. (remove it; it would not be enforced)
            stages.yaml:13:39: Group 'managers' must say how many persons, from 1 to 20. (write managers: 1)
            stages.yaml:13:54: 'everybody' cannot be excluded. (the values are author, pusher)
            stages.yaml:14:17: 'explode' is not a value of 'on_failure'. (the values are rollback, stay)
            """,
            string.Join('\n', reading.Problems));
    }

    [Fact]
    public void A_strategy_is_the_groups_of_a_rollout_and_the_time_between_them()
    {
        var reading = PolicyReader.Read(
            "stages.yaml",
            "stages: [{ name: a, cluster: a, strategy: { canary: [1, 25%, 100%], pause: 30s } }, { name: b, cluster: b }]", null);
        Assert.Empty(reading.Problems);
        var rollout = reading.Policy!.Stages[0].Rollout;
        Assert.Equal([new(1), new(25, true), new Scheduler.Contract.Deploys.Share(100, true)], rollout.Groups);
        Assert.Equal((Scheduler.Contract.Deploys.Acceptance.Timed, TimeSpan.FromSeconds(30)), (rollout.Acceptance, rollout.Pause));
        Assert.False(reading.Policy.Stages[1].Rollout.IsIncremental);
        Assert.NotEmpty(PolicyReader.Read("stages.yaml", "stages: [{ name: a, cluster: a, strategy: { pause: 30s } }]", null).Problems);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stages: {")]
    [InlineData("stages: []")]
    [InlineData("stages: [{ name: a, cluster: a, after: b }, { name: b, cluster: b, after: a }]")]
    [InlineData("stages: [{ name: a, cluster: a }, { name: a, cluster: a }]")]
    [InlineData("stages: [{ name: a, cluster: a, gates: { soak: 1s } }]")]
    public void What_is_no_policy_is_refused(string text) => Assert.NotEmpty(PolicyReader.Read("stages.yaml", text, null).Problems);

    [Fact]
    public async Task A_bad_file_leaves_the_old_policy_in_force()
    {
        await using var stages = await Stages.StartAsync();
        var policy = stages.Get<PolicyInForce>();
        await File.WriteAllTextAsync(Path.Combine(stages.Folder, "stages.yaml"), "stages: [{ name: x }]");
        Assert.False(policy.Reload());
        Assert.Equal(3, policy.Current.Stages.Count);
        Assert.NotEmpty(policy.Refused);
        await File.WriteAllTextAsync(Path.Combine(stages.Folder, "stages.yaml"), "stages: [{ name: x, cluster: x }]");
        Assert.True(policy.Reload());
        Assert.Empty(policy.Refused);
    }

    private static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Pipeline.sln")))
            at = Path.GetDirectoryName(at)!;
        return at;
    }
}
