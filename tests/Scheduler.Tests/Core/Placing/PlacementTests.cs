using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Placing;

public sealed class PlacementTests
{
    [Fact]
    [Trait("fact", "3")]
    public void Given_3_instances_wanted_and_one_big_offer_all_3_start_on_it()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 3)));
        m.OfferAll(1);
        Assert.Equal(3, m.Launched.Count);
    }

    [Fact]
    [Trait("fact", "1")]
    public void Given_a_held_offer_when_Mesos_rescinds_it_it_is_not_used_for_a_launch()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build("big", cpus: 32)));
        m.OfferAll(1);
        var held = m.Core.Held.Single().Offer.Id;
        m.Receive(new OfferRescinded(held));
        m.Do(new SubmitRunCommand(Machine.Build("small")));
        Assert.Empty(m.Launched);
    }

    [Theory]
    [Trait("fact", "6")]
    [InlineData(3, 1, 3)]
    [InlineData(3, 3, 9)]
    [InlineData(0, 3, 20)]
    public void Given_a_limit_of_tasks_per_offer_no_more_run_on_each(int limit, int offers, int launched)
    {
        var m = new Machine(settings: new CoreSettings("test", "pipeline") { MaxTasksPerOffer = limit });
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 20)));
        m.OfferAll(offers);
        Assert.Equal(launched, m.Launched.Count);
    }

    [Fact]
    [Trait("fact", "28")]
    public void Given_literal_and_requested_ports_the_offer_must_have_them_all_from_any_range()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 1,
            new Placement { LiteralPorts = [8080, 9090] }) with { Needs = new ResourceNeed(1, 128, 0, 2) }));
        m.Offer("a1", "r1", [new PortRange(31000, 31010), new PortRange(8080, 8080)]);
        Assert.Empty(m.Launched);
        var blocker = m.Why("v1.1.1").Blockers.Single();
        Assert.Equal(("literal-port", "port 8080, port 9090"), (blocker.Code, blocker.Needed));
        m.Offer("a2", "r1", [new PortRange(8080, 8081), new PortRange(9090, 9091)]);
        Assert.Equal([8081, 9091, 8080, 9090], m.Launched.Single().Ports);
    }

    [Fact]
    [Trait("fact", "29")]
    public void Given_a_role_on_offers_that_is_not_ours_there_is_no_launch_and_they_are_given_back()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        var foreign = m.OfferOf("a1", 4, 4096, [], "r1", role: "spark");
        m.Receive(new OffersReceived([foreign]));
        Assert.Empty(m.Launched);
        Assert.Equal([foreign.Id], m.Calls<DeclineOffers>()[^1].OfferIds);
        Assert.Equal(DeclineReason.OtherRole, m.Core.Declines.Latest[^1].Reason);
        m.Offer("a1");
        Assert.Single(m.Launched);
    }

    [Fact]
    [Trait("fact", "113")]
    public void SEPARATE_one_per_host_GREEDY_all_on_one_and_balanced_even()
    {
        int[] On(PlacementStrategy strategy)
        {
            var m = new Machine();
            m.Do(new SubmitDeployCommand(Machine.Placed("v1", 6, new Placement(strategy))));
            m.OfferAll(3, racks: 3);
            return [.. m.PerAgent("v1")];
        }

        Assert.Equal([1, 1, 1], On(PlacementStrategy.SeparateByDeploy));
        Assert.Equal([1, 1, 1], On(PlacementStrategy.SeparateByRequest));
        Assert.Equal([6], On(PlacementStrategy.Greedy));
        Assert.Equal([2, 2, 2], On(PlacementStrategy.Balanced));
    }

    [Fact]
    [Trait("fact", "113")]
    public void SEPARATE_by_request_counts_other_deploys_by_deploy_does_not()
    {
        int Launched(PlacementStrategy strategy)
        {
            var m = new Machine();
            m.Do(new SubmitDeployCommand(Machine.Placed("v1", 2, new Placement(strategy))));
            m.OfferAll(2);
            m.RunAll();
            m.Do(new SubmitDeployCommand(Machine.Placed("v2", 2, new Placement(strategy))));
            m.OfferAll(2);
            return m.Live("v2").Count(t => t.AgentId is not null);
        }

        Assert.Equal(2, Launched(PlacementStrategy.SeparateByDeploy));
        Assert.Equal(0, Launched(PlacementStrategy.SeparateByRequest));
    }

    [Fact]
    [Trait("fact", "113")]
    public void SPREAD_one_per_active_agent_follows_the_agent_count()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 1, new Placement(PlacementStrategy.SpreadAll))));
        void Settle(int agents)
        {
            for (var round = 0; round < 3; round++)
            {
                m.OfferAll(agents);
                m.RunAll();
                m.Bury();
                m.Do(new Tick());
            }
        }

        Settle(3);
        Assert.Equal([1, 1, 1], m.PerAgent("v1"));
        Settle(5);
        Assert.Equal([1, 1, 1, 1, 1], m.PerAgent("v1"));
        m.On(MachineAction.Freeze, "a1");
        Settle(5);
        Assert.Equal(5, m.PerAgent("v1").Count);
        m.On(MachineAction.Drain, "a2");
        Settle(5);
        Assert.Equal([1, 1, 1, 1], m.PerAgent("v1"));
        Assert.DoesNotContain(m.Live("v1"), t => t.AgentId == "a2");
        Assert.DoesNotContain(m.Live("v1"), t => t.Phase == TaskPhase.Pending);
    }

    [Fact]
    [Trait("fact", "113")]
    public void OPTIMISTIC_2_then_13_then_20_end_about_evenly()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 2, new Placement(PlacementStrategy.Optimistic), cpus: 0.1m)));
        foreach (var instances in new[] { 2, 13, 20 })
        {
            if (instances > 2)
                m.Ask(new ScaleCommand("api-web", instances, true, false, Machine.By()));
            m.OfferAll(2);
            m.RunAll();
            Assert.Equal(instances, m.Healthy());
        }

        Assert.InRange(m.PerAgent("v1")[^1], 9, 10);
    }

    [Fact]
    [Trait("fact", "113")]
    public void OPTIMISTIC_waits_for_the_others_when_only_a_crowded_agent_offers()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 4, new Placement(PlacementStrategy.Optimistic))));
        m.OfferAll(2);
        m.RunAll();
        m.Ask(new ScaleCommand("api-web", 12, true, false, Machine.By()));
        m.OfferAll(1);
        Assert.InRange(m.PerAgent("v1")[0], 3, 6);
        Assert.Contains(m.Whys["v1"].Blockers, b => b.Code == "crowded");
    }

    [Fact]
    [Trait("fact", "114")]
    public void Live_placement_override_wins_over_the_requests_own()
    {
        var m = new Machine();
        Assert.True(m.Ask(new ForcePlacementCommand(PlacementStrategy.SeparateByRequest, null, Machine.By())).IsAccepted);
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 3, new Placement(PlacementStrategy.Greedy))));
        m.OfferAll(2);
        Assert.Equal([1, 1], m.PerAgent("v1"));
        m.Restart();
        m.OfferAll(2);
        Assert.Equal([1, 1], m.PerAgent("v1"));
        m.Ask(new ForcePlacementCommand(null, null, Machine.By()));
        m.OfferAll(2);
        Assert.Equal(3, m.PerAgent("v1").Sum());
    }

    [Fact]
    [Trait("fact", "115")]
    public void Reserved_attribute_request_without_it_never_lands_required_or_allowed_unlocks_required_must_all_match()
    {
        var settings = new CoreSettings("test", "pipeline") { Reserved = new Dictionary<string,
            IReadOnlyList<string>> { ["gpu"] = ["yes"] } };
        bool Lands(Placement placement)
        {
            var m = new Machine(settings: settings);
            m.Do(new SubmitDeployCommand(Machine.Placed("v1", 1, placement)));
            m.Offer("a1", "r1", [new PortRange(31000, 31009)], ("gpu", "yes"), ("os", "bookworm"));
            return m.Launched.Count == 1;
        }

        static Dictionary<string, string> Of(string name, string value) => new() { [name] = value };
        Assert.False(Lands(new Placement()));
        Assert.True(Lands(new Placement { RequiredAttributes = Of("gpu", "yes") }));
        Assert.True(Lands(new Placement { AllowedAttributes = Of("gpu", "yes") }));
        Assert.False(Lands(new Placement { RequiredAttributes = Of("os", "bookworm") }));
        Assert.False(Lands(new Placement { RequiredAttributes = new Dictionary<string, string> { ["gpu"] = "yes", ["ssd"] = "true" } }));
        Assert.False(Lands(new Placement { RackAffinity = ["r2"], RequiredAttributes = Of("gpu", "yes") }));
    }

    [Fact]
    public void Agents_that_match_an_allowed_attribute_are_preferred()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 1,
            new Placement { AllowedAttributes = new Dictionary<string, string> { ["ssd"] = "true" } })));
        m.Receive(new OffersReceived([
            m.OfferOf("a1", 16, 16384, [new PortRange(31000, 31009)], "r1"),
            m.OfferOf("a2", 2, 2048, [new PortRange(31000, 31009)], "r1", attributes: [("ssd", "true")])]));
        Assert.Equal("a2", m.Launched.Single().AgentId);
    }

    [Theory]
    [Trait("fact", "116")]
    [InlineData(7, 3)]
    [InlineData(3, 2)]
    [InlineData(2, 5)]
    public void Instances_on_racks_never_differ_by_more_than_one_and_every_rack_has_its_share_first(int instances, int racks)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", instances, new Placement(PlacementStrategy.Greedy, RackSensitive: true))));
        for (var agent = 0; agent < racks; agent++)
        {
            m.OfferAll(racks, racks);
            var shares = m.PerRack("v1");
            Assert.True(shares.Count == 0 || shares[0] - (shares.Count == racks ? shares[^1] : 0) <= (shares.Count == racks ? 1
                : instances / racks + 1));
        }

        var even = m.PerRack("v1");
        Assert.Equal(instances, even.Sum());
        Assert.InRange(even[0] - (even.Count == racks ? even[^1] : 0), 0, 1);
    }

    [Fact]
    [Trait("fact", "116")]
    public void Rack_sensitivity_switched_off_for_the_cluster_means_any()
    {
        var m = new Machine();
        m.OfferAll(3, racks: 3);
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 7, new Placement(PlacementStrategy.Greedy, RackSensitive: true))));
        m.Offer("a1", cpus: 16, memory: 16384, ports: 40);
        Assert.Equal(2, m.PerRack("v1").Sum());
        Assert.Equal("rack-full", m.Whys["v1"].Blockers[0].Code);
        m.Ask(new ForcePlacementCommand(null, false, Machine.By()));
        m.Offer("a1", cpus: 16, memory: 16384, ports: 40);
        Assert.Equal([7], m.PerRack("v1"));
    }

    [Fact]
    [Trait("fact", "117")]
    public void Scale_7_to_4_keeps_the_racks_even()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 7, new Placement(RackSensitive: true))));
        m.OfferAll(3, racks: 3);
        m.RunAll();
        Assert.Equal([3, 2, 2], m.PerRack("v1"));
        m.Ask(new ScaleCommand("api-web", 4, true, false, Machine.By()));
        Assert.Equal([2, 1, 1], m.PerRack("v1"));
    }

    [Fact]
    [Trait("fact", "117")]
    public void Expected_racks_2_is_respected()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 4,
            new Placement(PlacementStrategy.Greedy, RackSensitive: true) { ExpectedRacks = 2 })));
        m.OfferAll(3, racks: 3);
        Assert.Equal(4, m.PerRack("v1").Sum());
        Assert.Equal(2, m.PerRack("v1")[0]);
    }

    [Fact]
    [Trait("fact", "62")]
    public void Given_a_rack_sensitive_launch_tasks_being_killed_do_not_count()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 3, new Placement(RackSensitive: true))));
        m.OfferAll(3, racks: 3);
        m.RunAll();
        var killed = m.Live("v1").Single(t => t.Rack == "rack2");
        m.Do(new KillTaskCommand(killed.Id, "test", Machine.By().Actor, Replace: true));
        m.OfferAll(3, racks: 3);
        Assert.Equal("rack2", m.Live("v1").Single(t => t.Phase == TaskPhase.Launching).Rack);
    }

    [Fact]
    [Trait("fact", "118")]
    public void Same_host_bounce_one_replacement_per_host_per_bounce()
    {
        int Replaced(bool sameHost)
        {
            var m = new Machine();
            m.Do(new SubmitDeployCommand(Machine.Placed("v1", 2,
                new Placement(PlacementStrategy.SeparateByRequest, SameHostBounce: sameHost))));
            m.OfferAll(2);
            m.RunAll();
            m.Ask(new BounceCommand("api-web", false, 1, false, Machine.By()));
            m.OfferAll(2);
            var launched = m.Live("v1").Where(t => t.Phase == TaskPhase.Launching).ToList();
            Assert.Equal(launched.Count, launched.Select(t => t.AgentId).Distinct().Count());
            return launched.Count;
        }

        Assert.Equal(0, Replaced(sameHost: false));
        Assert.Equal(2, Replaced(sameHost: true));
    }

    [Fact]
    [Trait("fact", "119")]
    public void Attribute_minimum_70_percent_of_10_at_most_3_elsewhere_7_there_more_there_is_fine()
    {
        var placement = new Placement(PlacementStrategy.Greedy) { AttributeMinimums = [new AttributeMinimum("tier", "gold", 70)] };
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 10, placement)));
        m.OfferAll(1);
        Assert.Equal([3], m.PerAgent("v1"));
        Assert.Equal("attribute-share", m.Whys["v1"].Blockers[0].Code);
        m.Offer("gold", "rack1", [new PortRange(31000, 31020)], ("tier", "gold"));
        Assert.Equal([7, 3], m.PerAgent("v1"));

        var all = new Machine();
        all.Do(new SubmitDeployCommand(Machine.Placed("v1", 10, placement)));
        all.Offer("gold", "rack1", [new PortRange(31000, 31020)], ("tier", "gold"));
        Assert.Equal([10], all.PerAgent("v1"));
    }

    [Fact]
    [Trait("fact", "120")]
    public void Score_defaults_with_no_usage_are_half_and_a_preferred_agent_counts_half_more()
    {
        var slot = new AgentSlot("a1", "a1", "10.0.0.1", "r1", new Dictionary<string, string>(), new Amount(4000, 4000, 4000));
        var m = new Machine();
        slot.Add(m.OfferOf("a1", 2, 2, [], "r1") with { Resources = new OfferedResources(2, 2, 2, []) });
        Assert.Equal(0.5, Score.Of(slot, preferred: false), 3);
        Assert.Equal(0.75, Score.Of(slot, preferred: true), 3);
        Assert.Equal(0, Score.Band(slot, preferred: false));
    }

    [Fact]
    [Trait("fact", "121")]
    public void Offers_of_one_agent_are_combined_and_unused_ones_are_kept_for_a_moment()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 6)));
        m.Offer("a1");
        m.Offer("a2");
        Assert.Empty(m.Launched);
        m.Offer("a1");
        Assert.Equal("a1", m.Launched.Single().AgentId);
        Assert.Equal(2, m.Launched.Single().OfferIds.Count);
    }

    [Fact]
    [Trait("fact", "122")]
    public void Resource_arithmetic_duplicate_ports_collapse_ranges_are_picked_literal_ports_are_kept_zero_ports_are_none()
    {
        var m = new Machine();
        var slot = new AgentSlot("a1", "a1", "10.0.0.1", "r1", new Dictionary<string, string>(), default);
        slot.Add(m.OfferOf("a1", 1.5m, 100, [new PortRange(31000, 31002), new PortRange(31001, 31004)], "r1"));
        slot.Add(m.OfferOf("a1", 0.25m, 28, [new PortRange(31004, 31005), new PortRange(80, 80)], "r1"));
        Assert.Equal((7, new Amount(1750, 128_000, 16_384_000)), (slot.FreePorts, slot.Free));
        var shape = new TaskShape("x", "x", null, new Amount(750, 28_000, 0), 1, new Placement { LiteralPorts = [31002, 80] }, null, 1);
        Assert.True(slot.Holds(shape));
        Assert.Equal([31000, 31002, 80], slot.Take(shape));
        Assert.False(slot.Holds(shape));
        Assert.Equal((4, new Amount(1000, 100_000, 16_384_000)), (slot.FreePorts, slot.Free));
        Assert.Empty(slot.Take(shape with { Ports = 0, Rules = new Placement() }));
    }
}
