using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Tasks;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Tasks;

public sealed class BackoffTests
{
    private readonly Deploy deploy = Deploy("v1", 2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(1000, 60)]
    public void The_wait_doubles_with_each_failure_up_to_the_longest(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Of().After(failures));

    [Theory]
    [InlineData(FailureClass.App, "1 2 4")]
    [InlineData(FailureClass.Health, "1 2 4")]
    [InlineData(FailureClass.Infra, "0 1 2")] // losing one agent says nothing about the next
    public void Each_failure_in_a_row_waits_longer_and_a_healthy_instance_begins_anew(FailureClass failure, string seconds)
    {
        var backoffs = Of();
        foreach (var expected in seconds.Split(' ').Select(s => int.Parse(s, null)))
            Assert.Equal(After(expected), backoffs.NotBefore(deploy, 1, End(failure), Now));
        var first = int.Parse(seconds.Split(' ')[0], null);
        Assert.Equal(After(first), backoffs.NotBefore(deploy, 2, End(failure), Now)); // another instance
        backoffs.Reset(Running("v1", 1));
        Assert.Equal(After(first), backoffs.NotBefore(deploy, 1, End(failure), Now));
    }

    [Fact]
    public void What_never_ran_or_was_cancelled_is_no_failure()
    {
        var backoffs = Of();
        Assert.Null(backoffs.NotBefore(deploy, 1, End(FailureClass.Infra) with { NeverRan = true }, Now));
        Assert.Null(backoffs.NotBefore(deploy, 1, End(FailureClass.App) with { Outcome = Outcome.Cancelled }, Now));
        Assert.Equal(After(1), backoffs.NotBefore(deploy, 1, End(FailureClass.App), Now));
    }

    [Fact]
    public void The_wait_of_the_deploy_is_the_least()
    {
        var waiting = Deploy("v1", 1, options: DeployOptions.Default with { WaitAfterTask = TimeSpan.FromSeconds(3) });
        var backoffs = Of(waiting);
        foreach (var expected in new[] { 3, 3, 4 })
            Assert.Equal(After(expected), backoffs.NotBefore(waiting, 1, End(FailureClass.App), Now));
        Assert.Equal(After(3), backoffs.NotBefore(waiting, 2, End(FailureClass.Infra) with { NeverRan = true }, Now));
    }

    [Theory]
    [InlineData(nameof(DeployState.Active), 120)]
    [InlineData(nameof(DeployState.Deploying), 1)] // a deploy that is under way fails soon enough by itself
    public void A_request_in_cooldown_waits_for_two_minutes(string state, int seconds)
    {
        var cooling = Deploy("v1", 1, Enum.Parse<DeployState>(state));
        var overrides = RequestOverrides.None with { Cooldown = new CooldownOverride(Now, "fails") };
        var backoffs = new Backoffs(State(Request(overrides: overrides), [cooling]), Settings);
        Assert.Equal(After(seconds), backoffs.NotBefore(cooling, 1, End(FailureClass.App), Now));
    }

    private Backoffs Of(Deploy? of = null) => new(State(Request(), [of ?? deploy]), Settings);

    private static DateTimeOffset? After(int seconds) => seconds == 0 ? null : Now.AddSeconds(seconds);

    private static TaskEnd End(FailureClass failure) => new(TaskPhase.Failed, Outcome.Failed, failure, 1, "exit 1");
}
