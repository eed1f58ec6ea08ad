using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Policy;

/// <summary>Rules of one sentence each, at their borders.</summary>
public sealed class SmallRulesTests
{
    [Theory]
    [InlineData(10, 0, false)]
    [InlineData(11, 6, false)]
    [InlineData(11, 5, true)] // more than half of more than ten
    [InlineData(12, 6, false)]
    [InlineData(100, 90, false)]
    [InlineData(100, 89, true)] // more than ten
    [InlineData(5, 50, false)]
    public void A_large_drop_must_be_acknowledged(int from, int to, bool large) => Assert.Equal(large, ScaleRules.IsLargeDrop(from, to));

    [Fact]
    public void The_last_ten_run_times_are_kept_in_milliseconds()
    {
        IReadOnlyList<double> times = [];
        for (var i = 1; i <= 12; i++)
            times = RunTimeRules.With(times, TimeSpan.FromSeconds(i + 0.00049));
        Assert.Equal(Enumerable.Range(3, 10).Select(i => (double)i), times);
        Assert.Equal([0.001], RunTimeRules.With([], TimeSpan.FromMilliseconds(0.6)));
    }

    [Theory]
    [InlineData("100 200", null, null)]
    [InlineData("100 200 300", 400d, "its last 3 runs took 200 s on average")]
    [InlineData("1 2 3", 60d, "its last 3 runs took 2 s on average")]
    [InlineData("30 30 30", 60d, "its last 3 runs took 30 s on average")]
    [InlineData("30 30 31", 60.667d, "its last 3 runs took 30 s on average")]
    public void A_run_is_late_after_twice_the_average_of_at_least_three(string times, double? limit, string? because)
    {
        var request = Request() with { RunTimes = [.. times.Split(' ').Select(t => double.Parse(t, null))] };
        var found = RunTimeRules.LimitOf(request, Deploy("v1", 1).Spec);
        Assert.Equal((limit, because), (found?.Limit.TotalSeconds, found?.Because));
    }

    [Fact]
    public void What_the_deploy_expects_counts_before_any_average()
    {
        var spec = Deploy("v1", 1, options: DeployOptions.Default with { ExpectedRunTime = TimeSpan.FromSeconds(5) }).Spec;
        Assert.Equal(
            (TimeSpan.FromSeconds(5), "5 s are expected"), RunTimeRules.LimitOf(Request() with { RunTimes = [100, 100, 100] }, spec));
    }

    [Theory]
    [InlineData(RequestKind.Service, 0.7)]
    [InlineData(RequestKind.Worker, 0.5)]
    [InlineData(RequestKind.RunOnce, 0.3)]
    [InlineData(RequestKind.Cron, 0.3)]
    [InlineData(RequestKind.OnDemand, 0.3)]
    public void Each_kind_has_a_priority(RequestKind kind, double priority) =>
        Assert.Equal((decimal)priority, PriorityRules.DefaultFor(kind));

    [Fact]
    public void The_priority_that_people_gave_counts_before_that_of_the_deploy_and_that_before_the_kind()
    {
        var given = RequestOverrides.None with { Priority = new PriorityOverride(0.9m, null, Change()) };
        var deploy = Deploy("v1", 1, options: DeployOptions.Default with { Priority = 0.2m });
        Assert.Equal(0.9m, PriorityRules.Of(Request(overrides: given), deploy));
        Assert.Equal(0.2m, PriorityRules.Of(Request(), deploy));
        Assert.Equal(PriorityRules.DefaultFor(RequestKind.Service), PriorityRules.Of(Request(), Deploy("v1", 1)));

        // The run of a cron or job is as important as the request that it belongs to.
        var run = Deploy("v1", 1) with { Parent = "v0" };
        Assert.Equal(PriorityRules.DefaultFor(RequestKind.Cron), PriorityRules.Of(Request() with { Kind = RequestKind.Cron }, run));
    }
}
