using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Tests.Core.Policy;

/// <summary>The order in which tasks are placed, and the small rules beside it.</summary>
public sealed class DueOrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, Quota> NoQuotas = [];

    [Fact]
    public void The_heavier_comes_first_then_the_older_then_the_lower_id()
    {
        var (light, heavy, old, low) = (Task("d"), Task("c"), Task("b", age: 5), Task("a"));
        var order = DueOrder.Sort([(light, 1), (heavy, 9), (old, 5), (low, 1)], NoQuotas, _ => default);
        Assert.Equal(["c", "b", "a", "d"], order.Select(t => t.Id));
        var tied = DueOrder.Sort([(low, 1), (old, 1), (light, 1)], NoQuotas, _ => default);
        Assert.Equal(["b", "a", "d"], tied.Select(t => t.Id));
    }

    [Fact]
    public void Waiting_makes_up_for_a_low_priority()
    {
        Assert.True(DueOrder.WeightOf(Task("a"), 0.7m, Now) > DueOrder.WeightOf(Task("b"), 0.3m, Now));
        Assert.True(DueOrder.WeightOf(Task("a", age: 1), 0.7m, Now) < DueOrder.WeightOf(Task("b", age: 60), 0.3m, Now));
    }

    [Fact]
    public void No_priority_is_still_a_little()
    {
        Assert.Equal(0.01, DueOrder.WeightOf(Task("a"), 0, Now), 6);
        Assert.Equal(0.02, DueOrder.WeightOf(Task("a"), 0.02m, Now), 6);
    }

    [Fact]
    public void A_task_that_had_to_wait_does_not_gain_weight_meanwhile()
    {
        var delayed = Task("a", age: 100) with { NotBefore = Now.AddSeconds(-1) };
        Assert.Equal(DueOrder.WeightOf(Task("b", age: 1), 0.5m, Now), DueOrder.WeightOf(delayed, 0.5m, Now), 6);
        var earlier = Task("a", age: 100) with { NotBefore = Now.AddSeconds(-200) };
        Assert.Equal(DueOrder.WeightOf(Task("b", age: 100), 0.5m, Now), DueOrder.WeightOf(earlier, 0.5m, Now), 6);
        Assert.Equal(DueOrder.WeightOf(Task("b"), 0.5m, Now), DueOrder.WeightOf(Task("a", age: -9), 0.5m, Now), 6);
    }

    [Theory]
    [InlineData("cpus")]
    [InlineData("memory")]
    [InlineData("tasks")]
    public void Between_owners_the_one_that_uses_less_of_its_quota_comes_first(string what)
    {
        var quotas = new Dictionary<string, Quota>
        {
            ["small"] = what switch { "cpus" => new(4, null, null), "memory" => new(null, 512, null), _ => new(null, null, 4) },
            ["large"] = what switch { "cpus" => new(40, null, null), "memory" => new(null, 5120, null), _ => new(null, null, 40) },
        };
        var due = new List<(TaskRecord, double)>
        {
            (Task("s1", "small"), 9), (Task("s2", "small"), 8), (Task("l1", "large"), 2), (Task("l2", "large"), 1),
        };
        // Both begin at nothing: the owner's name decides. After its first task the small one has used more.
        Assert.Equal(["l1", "s1", "l2", "s2"], DueOrder.Sort(due, quotas, _ => default).Select(t => t.Id));
        var used = new OwnerUse(new Amount(2000, 256_000, 0), 2);
        Assert.Equal(["l1", "l2", "s1", "s2"], DueOrder.Sort(due, quotas, o => o == "small" ? used : default).Select(t => t.Id));
    }

    [Fact]
    public void Who_has_no_quota_uses_none_of_it()
    {
        var quotas = new Dictionary<string, Quota> { ["team"] = new(4, null, null) };
        var due = new List<(TaskRecord, double)> { (Task("t1", "team"), 9), (Task("x1"), 1), (Task("x2"), 0.5) };
        Assert.Equal(["x1", "x2", "t1"], DueOrder.Sort(due, quotas, _ => new OwnerUse(new Amount(1000, 0, 0), 1)).Select(t => t.Id));
    }

    [Fact]
    public void A_quota_of_zero_has_no_share()
    {
        var quotas = new Dictionary<string, Quota> { ["none"] = new(0, 0, 0), ["team"] = new(4, null, null) };
        var due = new List<(TaskRecord, double)> { (Task("t1", "team"), 9), (Task("n1", "none"), 1) };
        Assert.Equal(["n1", "t1"], DueOrder.Sort(due, quotas, _ => new OwnerUse(new Amount(1000, 0, 0), 1)).Select(t => t.Id));
    }

    [Theory]
    [InlineData(10, 0, false)]
    [InlineData(11, 5, true)]
    [InlineData(11, 6, false)]
    [InlineData(12, 6, false)]
    [InlineData(30, 20, false)]
    [InlineData(30, 19, true)]
    [InlineData(5, 9, false)]
    public void A_drop_of_more_than_ten_or_of_more_than_half_of_more_than_ten_is_large(int from, int to, bool expected) =>
        Assert.Equal(expected, ScaleRules.IsLargeDrop(from, to));

    [Theory]
    [InlineData(RequestKind.Service, 0.7)]
    [InlineData(RequestKind.Worker, 0.5)]
    [InlineData(RequestKind.RunOnce, 0.3)]
    [InlineData(RequestKind.Cron, 0.3)]
    [InlineData(RequestKind.OnDemand, 0.3)]
    public void A_kind_has_a_priority(RequestKind kind, double expected) => Assert.Equal((decimal)expected, PriorityRules.DefaultFor(kind));

    [Fact]
    public void The_priority_is_that_of_people_then_of_the_deploy_then_of_its_kind()
    {
        var request = new Request("web", RequestKind.Worker, RequestState.Active, null, null, Now);
        var deploy = Deploy.Start("v1", "web", DeploySpec.Of(Harness.Machine.Web("v1")), Now);
        Assert.Equal(0.7m, PriorityRules.Of(request, deploy));
        Assert.Equal(0.5m, PriorityRules.Of(request, deploy with { Parent = "v0" }));
        var named = deploy with { Spec = deploy.Spec with { Options = new DeployOptions { Priority = 0.9m } } };
        Assert.Equal(0.9m, PriorityRules.Of(request, named));
        var people = new PriorityOverride(0.1m, null, new Change(Kernel.Actor.Person("eleni"), null, Now, null));
        Assert.Equal(0.1m, PriorityRules.Of(request with { Overrides = RequestOverrides.None with { Priority = people } }, named));
    }

    [Fact]
    public void A_run_is_late_after_its_expected_time_or_twice_the_average_of_its_last_runs()
    {
        var spec = DeploySpec.Of(Harness.Machine.Job("v1"));
        var request = new Request("report", RequestKind.OnDemand, RequestState.Active, null, null, Now);
        Assert.Null(RunTimeRules.LimitOf(request with { RunTimes = [100, 100] }, spec));
        Assert.Equal(TimeSpan.FromSeconds(240), RunTimeRules.LimitOf(request with { RunTimes = [100, 120, 140] }, spec)?.Limit);
        Assert.Equal(TimeSpan.FromMinutes(1), RunTimeRules.LimitOf(request with { RunTimes = [1, 2, 3] }, spec)?.Limit);
        var expected = spec with { Options = new DeployOptions { ExpectedRunTime = TimeSpan.FromSeconds(5) } };
        Assert.Equal(TimeSpan.FromSeconds(5), RunTimeRules.LimitOf(request with { RunTimes = [100, 120, 140] }, expected)?.Limit);
    }

    [Fact]
    public void The_last_ten_run_times_are_kept()
    {
        IReadOnlyList<double> times = [];
        for (var i = 1; i <= 12; i++)
            times = RunTimeRules.With(times, TimeSpan.FromSeconds(i));
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 10, 11, 12], times);
    }

    private static TaskRecord Task(string id, string? owner = null, int age = 0) =>
        new(id, "web", "v1", 1, 1, new ResourceNeed(1, 128, 10, 0), Now.AddSeconds(-age)) { Owner = owner };
}
