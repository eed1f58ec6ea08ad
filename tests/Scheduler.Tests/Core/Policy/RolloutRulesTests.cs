using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Tests.Core.Policy;

/// <summary>How far a roll-out with groups may go.</summary>
public sealed class RolloutRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", 0, 5, 5)]
    [InlineData("1", 0, 5, 1)]
    [InlineData("1", 1, 5, 5)]
    [InlineData("1 50%", 0, 5, 1)]
    [InlineData("1 50%", 1, 5, 3)]
    [InlineData("1 50%", 2, 5, 5)]
    [InlineData("3 1", 1, 5, 3)]
    [InlineData("3 1 4", 2, 5, 4)]
    [InlineData("9", 0, 5, 5)]
    [InlineData("1", 0, 0, 0)]
    [InlineData("50%", 0, 1, 1)]
    public void A_group_has_as_many_instances_as_it_and_those_before_it_say(string groups, int step, int wanted, int expected) =>
        Assert.Equal(expected, RolloutRules.TargetOf(Deploy(groups, step), wanted));

    [Theory]
    [InlineData("", 0, 5, true)]
    [InlineData("1", 0, 5, false)]
    [InlineData("1", 1, 5, true)]
    [InlineData("5", 0, 5, true)]
    [InlineData("4", 0, 5, false)]
    [InlineData("1 50%", 1, 5, false)]
    [InlineData("1 50%", 1, 1, true)]
    public void The_last_group_is_the_one_that_has_them_all(string groups, int step, int wanted, bool expected) =>
        Assert.Equal(expected, RolloutRules.IsLastGroup(Deploy(groups, step), wanted));

    [Theory]
    [InlineData(Acceptance.Automatic, false, 0, false, true)]
    [InlineData(Acceptance.Automatic, true, 0, false, true)]
    [InlineData(Acceptance.Timed, false, 9, false, false)]
    [InlineData(Acceptance.Timed, false, 10, false, true)]
    [InlineData(Acceptance.Timed, true, 0, false, true)]
    [InlineData(Acceptance.Manual, false, 99, false, false)]
    [InlineData(Acceptance.Manual, false, 0, true, true)]
    [InlineData(Acceptance.Manual, true, 0, false, true)]
    [InlineData(Acceptance.Checked, false, 99, false, false)]
    [InlineData(Acceptance.Checked, true, 99, false, false)]
    [InlineData(Acceptance.Checked, true, 0, true, true)]
    public void A_healthy_group_is_accepted_as_the_deploy_says(
        Acceptance acceptance, bool last, int secondsHealthy, bool accepted, bool expected)
    {
        var deploy = Deploy("1", 0, acceptance);
        deploy = deploy with { Progress = deploy.Progress with { HealthyAt = Now.AddSeconds(-secondsHealthy), Accepted = accepted } };
        Assert.Equal(expected, RolloutRules.IsAccepted(deploy, last, Now));
    }

    [Fact]
    public void The_budget_is_that_of_the_step_or_else_of_the_deploy()
    {
        var deploy = Deploy("1", 0);
        Assert.Equal(TimeSpan.FromMinutes(5), RolloutRules.BudgetOf(deploy));
        var options = deploy.Spec.Options with { Rollout = deploy.Spec.Options.Rollout with { StepBudget = TimeSpan.FromSeconds(7) } };
        Assert.Equal(TimeSpan.FromSeconds(7), RolloutRules.BudgetOf(deploy with { Spec = deploy.Spec with { Options = options } }));
    }

    [Fact]
    public void A_step_begins_with_the_deploy_unless_it_says_otherwise()
    {
        var deploy = Deploy("1", 0);
        Assert.Equal(Now, RolloutRules.StepSince(deploy));
        Assert.Equal(
            Now.AddMinutes(1), RolloutRules.StepSince(deploy with { Progress = deploy.Progress with { StepSince = Now.AddMinutes(1) } }));
    }

    private static Deploy Deploy(string groups, int step, Acceptance acceptance = Acceptance.Automatic)
    {
        var shares = groups.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(g => g.EndsWith('%') ? new Share(int.Parse(g[..^1], null), Percent: true) : new Share(int.Parse(g, null))).ToList();
        var options = new DeployOptions { Rollout = new Rollout(acceptance, TimeSpan.FromSeconds(10)) { Groups = shares } };
        var deploy = Scheduler.Core.Model.Deploy.Start(
            "v1", "web", DeploySpec.Of(Harness.Machine.Web("v1", 5) with { Options = options }), Now);
        return deploy with { Progress = deploy.Progress with { Step = step } };
    }
}
