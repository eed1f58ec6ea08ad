using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Placing;

public sealed class PriorityTests
{
    private static SubmitRunCommand Run(string id, decimal? priority = null, string? owner = null, decimal cpus = 1) =>
        new(Machine.Build(id, cpus: cpus) with { Options = new DeployOptions { Priority = priority, Owner = owner } });

    private static FreezeLaunchesCommand Freeze(decimal? level, bool kill = false, TimeSpan? lasts = null) => new(level, kill,
        Machine.By(lasts, "incident"));

    private static CoreSettings Quotas(params (string Owner, Quota Quota)[] quotas) =>
        new("test", "pipeline") { Quotas = quotas.ToDictionary(q => q.Owner, q => q.Quota) };

    [Fact]
    public void The_more_important_is_placed_first_and_waiting_makes_up_for_it()
    {
        var m = new Machine();
        m.Do(Run("low", 0.2m));
        m.Do(Run("high", 0.9m));
        m.Offer("a1", cpus: 1);
        Assert.Equal("high.1.1", m.Launched.Single().Id);

        m.Pass(TimeSpan.FromSeconds(60));
        m.Do(Run("young", 0.9m));
        m.Pass(TimeSpan.FromSeconds(10));
        m.Offer("a2", cpus: 1);
        Assert.Equal("low.1.1", m.Launched[^1].Id);
    }

    [Fact]
    public void A_person_sets_a_priority_and_it_expires()
    {
        var m = Machine.With(1);
        Assert.True(m.Ask(new SetPriorityCommand("api-web", 0.1m, Machine.By(TimeSpan.FromMinutes(1)))).IsAccepted);
        m.Ask(Freeze(0.5m));
        m.Crash("v1.1.1");
        m.Pass(TimeSpan.FromSeconds(5));
        Assert.Contains("below 0.5", m.Task("v1.1.2").Why, StringComparison.Ordinal);
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(1));
        m.Place();
        Assert.Equal(1, m.Healthy());
        Assert.Equal("priority-out-of-range", m.Ask(new SetPriorityCommand("api-web", 1.5m, Machine.By())).Code);
    }

    [Fact, Trait("fact", "27")]
    public void A_freeze_at_half_kills_the_quarter_and_lifting_it_starts_it_again()
    {
        var m = Machine.With(1, new DeployOptions { Priority = 0.25m });
        m.Do(Run("build", 0.3m));
        m.Place();
        Assert.True(m.Ask(Freeze(0.5m, kill: true)).IsAccepted);
        Assert.Equal(["build.1.1", "v1.1.1"], m.Calls<KillTask>().Select(k => k.TaskId));
        m.Bury();
        m.Do(Run("other", 0.4m));
        m.Restart();
        m.Place();
        Assert.All(m.Live(), t => Assert.Equal(TaskPhase.Pending, t.Phase));
        Assert.All(m.Live(), t => Assert.Contains("froze launches", t.Why, StringComparison.Ordinal));
        m.Do(Run("urgent", 0.6m));
        m.Place();
        Assert.Equal("urgent.1.1", m.Live().Single(t => t.Phase == TaskPhase.Running).Id);

        Assert.True(m.Ask(Freeze(null)).IsAccepted);
        m.Place();
        Assert.Equal(["build.1.2", "other.1.1", "urgent.1.1", "v1.1.2"], m.Live().Where(t => t.Phase == TaskPhase.Running)
            .Select(t => t.Id));
        Assert.Equal("not-frozen", m.Ask(Freeze(null)).Code);
        Assert.Equal("level-out-of-range", m.Ask(Freeze(0)).Code);
    }

    [Fact]
    public void A_freeze_expires_also_after_a_restart()
    {
        var m = new Machine();
        m.Ask(Freeze(0.5m, lasts: TimeSpan.FromMinutes(2)));
        m.Do(Run("build"));
        m.Restart();
        m.Place();
        Assert.Empty(m.Launched);
        m.Pass(TimeSpan.FromMinutes(3));
        m.Place();
        Assert.Single(m.Launched);
        Assert.Null(m.Freeze);
    }

    [Fact]
    public void An_owner_at_his_quota_waits_and_the_reason_says_so()
    {
        var m = new Machine(settings: Quotas(("web", new Quota(2, null, null)), ("ops", new Quota(null, null, 1))));
        foreach (var id in new[] { "w1", "w2", "w3" })
            m.Do(Run(id, owner: "web"));
        m.Do(Run("o1", owner: "ops"));
        m.Do(Run("o2", owner: "ops"));
        m.Place();
        Assert.Equal(["o1.1.1", "w1.1.1", "w2.1.1"], m.Live().Where(t => t.Phase == TaskPhase.Running).Select(t => t.Id));
        Assert.Equal("quota of web: 2 of 2 cpus are in use, it needs 1", m.Task("w3.1.1").Why);
        Assert.Equal("quota of ops: 1 of 1 tasks are in use, it needs 1", m.Task("o2.1.1").Why);
        m.Restart();
        m.Place();
        Assert.Equal(TaskPhase.Pending, m.Task("w3.1.1").Phase);
        m.Say("w1.1.1", TaskState.Finished, message: "Command exited with status 0");
        m.Place();
        Assert.Equal(TaskPhase.Running, m.Task("w3.1.1").Phase);
    }

    [Fact]
    public void When_offers_are_scarce_owners_share_them_by_their_quotas()
    {
        var m = new Machine(settings: Quotas(("big", new Quota(8, null, null)), ("small", new Quota(4, null, null))));
        for (var i = 1; i <= 8; i++)
            m.Do(Run($"b{i}", owner: "big"));
        for (var i = 1; i <= 8; i++)
            m.Do(Run($"s{i}", owner: "small"));
        m.Offer("a1", cpus: 6, memory: 16384);
        Assert.Equal((4, 2), (m.Launched.Count(t => t.Owner == "big"), m.Launched.Count(t => t.Owner == "small")));
    }
}
