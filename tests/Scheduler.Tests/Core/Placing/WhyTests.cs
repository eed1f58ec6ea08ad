using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Placing;

/// <summary>Everything that waits says why, in the order in which to look at it, by class of agents.</summary>
public sealed class WhyTests
{
    [Fact]
    public void A_pending_task_names_what_is_missing_on_which_agents()
    {
        var m = new Machine();
        m.OfferAll(12, racks: 3, cpus: 2);
        m.On(MachineAction.Freeze, "rack3", MachineKind.Rack);
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 1,
            new Placement { RequiredAttributes = new Dictionary<string, string> { ["ssd"] = "true" } }, cpus: 4)));
        m.Receive(new OffersReceived([
            m.OfferOf("a1", 2, 4096, [new PortRange(31000, 31009)], "rack1", attributes: [("ssd", "true")]),
            m.OfferOf("a4", 1, 4096, [new PortRange(31000, 31009)], "rack1", attributes: [("ssd", "true")]),
            m.OfferOf("a2", 8, 4096, [new PortRange(31000, 31009)], "rack2")]));
        var why = m.Why("v1.1.1");
        Assert.Equal(["cpus", "attribute", "frozen"], why.Blockers.Select(b => b.Code));
        Assert.Equal(new WhyBlocker("cpus", "needs 4 cpus, best offer 2 on a1 (2 agents in rack rack1)", 2, null, "4 cpus", "2 cpus"),
            why.Blockers[0] with { Racks = null });
        Assert.Equal(["rack1"], why.Blockers[0].Racks);
        Assert.Equal("ssd=true", why.Blockers[1].Needed);
        Assert.Equal(4, why.Blockers[2].Agents);
        Assert.StartsWith("needs 4 cpus, best offer 2 on a1 (2 agents in rack rack1); ", why.Summary, StringComparison.Ordinal);
        Assert.EndsWith("4 agents frozen; 3 of 12 agents offer", why.Summary, StringComparison.Ordinal);
        Assert.Equal(why.Summary, m.Task("v1.1.1").Why);
    }

    [Fact]
    public void Without_offers_it_says_whether_they_were_refused_or_others_hold_them()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 8)));
        Assert.Equal("no agent offers anything; 0 agents are known", m.Task("build.1.1.1").Why![..44]);
        m.Offer("a1");
        m.Offer("a2");
        m.Pass(TimeSpan.FromSeconds(3));
        var why = m.Why("build.1.1.1");
        // The last comparison says more than silence does.
        Assert.Equal(["cpus", "no-offer"], why.Blockers.Select(b => b.Code));
        Assert.Contains("2 offered too little and come again within 3 s", why.Blockers[1].Text, StringComparison.Ordinal);
        m.Receive(new Disconnected("master died"));
        m.Do(new Tick());
        Assert.Equal("not-connected", m.Why("build.1.1.1").Blockers.Single().Code);
        Assert.Equal("not connected to the master: master died", m.Task("build.1.1.1").Why);
    }

    [Fact]
    public void Tasks_of_one_kind_share_one_reason_that_goes_when_they_are_placed()
    {
        var m = new Machine();
        for (var i = 0; i < 100; i++)
            m.Do(new SubmitRunCommand(Machine.Build($"run{i}")));
        Assert.Single(m.Whys);
        m.Last.Tasks.Clear();
        m.Offer("a1", cpus: 0.5m);
        Assert.Equal("cpus", m.Whys.Values.Single().Blockers[0].Code);
        Assert.Empty(m.Last.Tasks);
        m.OfferAll(10);
        Assert.Equal(100, m.Launched.Count);
        Assert.Empty(m.Whys);
    }

    [Fact]
    public void A_draining_agent_says_what_it_waits_for()
    {
        var m = new Machine(settings: new CoreSettings("test", "pipeline") { MaxDraining = 1 });
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 2, new Placement(PlacementStrategy.SeparateByDeploy))));
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.OfferAll(2);
        m.RunAll();
        m.On(MachineAction.Drain, "a1");
        m.On(MachineAction.Drain, "a2");
        Assert.Contains(m.Whys["agent/a1"].Blockers, b => b.Code == "replacement-pending");
        Assert.Contains("is drained by person:eleni: disk swap", m.Whys["agent/a1"].Summary, StringComparison.Ordinal);
        Assert.Equal("drain-limit", m.Whys["agent/a2"].Blockers[0].Code);
        m.OfferAll(1, prefix: "b");
        m.Do(new Tick());
        Assert.Contains(m.Whys["agent/a1"].Blockers, b => b.Code == "replacement-starting");
    }

    [Fact]
    public void A_restart_forgets_what_a_former_leader_knew_and_says_it_anew()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 64)));
        m.OfferAll(1);
        m.Restart();
        Assert.Equal("no-offer", m.Whys.Values.Single().Blockers[0].Code);
    }

    [Fact]
    public void What_can_never_fit_makes_the_framework_ask_less_and_less()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 64)));
        for (var round = 0; round < 8; round++)
        {
            m.Offer("a1");
            m.Pass(TimeSpan.FromSeconds(3));
        }

        var refusals = m.Calls<DeclineOffers>().Select(d => d.Refuse.TotalSeconds).ToList();
        Assert.Equal([3, 6, 12, 24, 48, 96, 120, 120], refusals);
        Assert.Single(m.Calls<ReviveOffers>());
        m.Do(new SubmitRunCommand(Machine.Build("small")));
        m.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(2, m.Calls<ReviveOffers>().Count);
    }
}
