using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Tests.Core.Harness;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;
using static Pipeline.Scheduler.Tests.Core.Placing.Planning;

namespace Pipeline.Scheduler.Tests.Core.Placing;

/// <summary>Where a task may go, and where it goes: each rule at its boundary, then what must hold of every pass.</summary>
public sealed class PlacementPlannerTests
{
    [Theory]
    [InlineData(4, 1024, 500, 10, "", nameof(Fit.Yes))]
    [InlineData(4.001, 1024, 500, 10, "", nameof(Fit.Cpus))]
    [InlineData(4, 1024.001, 500, 10, "", nameof(Fit.Memory))]
    [InlineData(4, 1024, 500.001, 10, "", nameof(Fit.Disk))]
    [InlineData(4, 1024, 500, 11, "", nameof(Fit.Ports))]
    [InlineData(5, 2000, 900, 20, "80", nameof(Fit.Cpus))]
    [InlineData(1, 2000, 900, 20, "80", nameof(Fit.Memory))]
    [InlineData(1, 128, 900, 20, "80", nameof(Fit.Disk))]
    [InlineData(1, 128, 10, 9, "31004", nameof(Fit.Yes))]
    [InlineData(1, 128, 10, 10, "31004", nameof(Fit.Ports))]
    [InlineData(1, 128, 10, 0, "80", nameof(Fit.LiteralPort))]
    [InlineData(1, 128, 10, 0, "31000 31009", nameof(Fit.Yes))]
    [InlineData(1, 128, 10, 0, "31000 31010", nameof(Fit.LiteralPort))]
    public void An_agent_must_have_what_is_needed(double cpus, double memory, double disk, int ports, string literal, string expected)
    {
        var placement = new Placement { LiteralPorts = [.. literal.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => int.Parse(p, null))] };
        var deploy = With(placement, new ResourceNeed((decimal)cpus, (decimal)memory, (decimal)disk, ports));
        var planning = new Planning { Deploy = deploy }.Offer("a1");
        Assert.Equal(Enum.Parse<Fit>(expected), planning.FitOf("a1"));
        Assert.Equal(expected == nameof(Fit.Yes) ? "a1" : null, planning.Place());
    }

    [Fact]
    public void The_offers_of_an_agent_add_up_and_a_port_offered_twice_is_there_once()
    {
        var deploy = With(new Placement(), new ResourceNeed(8, 2048, 1000, 12));
        Assert.Equal(Fit.Yes, new Planning { Deploy = deploy }.Offer("a1").Offer("a1", ports: "31008-31011").FitOf("a1"));
        Assert.Equal(Fit.Ports, new Planning { Deploy = deploy }.Offer("a1").Offer("a1", ports: "31008-31010").FitOf("a1"));
    }

    [Theory]
    [InlineData(nameof(MachineState.Active), nameof(Fit.Yes), nameof(Fit.NoOffer))]
    [InlineData(nameof(MachineState.Frozen), nameof(Fit.Frozen), nameof(Fit.Frozen))]
    [InlineData(nameof(MachineState.Draining), nameof(Fit.Draining), nameof(Fit.Draining))]
    [InlineData(nameof(MachineState.Decommissioned), nameof(Fit.Decommissioned), nameof(Fit.Decommissioned))]
    public void An_agent_must_be_open_for_tasks_and_so_must_its_rack(string state, string offering, string silent)
    {
        foreach (var (kind, name) in new[] { (MachineKind.Agent, "a1"), (MachineKind.Rack, "r1") })
        {
            var decided = Enum.Parse<MachineState>(state);
            Assert.Equal(Enum.Parse<Fit>(offering), new Planning().Offer("a1").Decide(kind, name, decided).FitOf("a1"));
            Assert.Equal(Enum.Parse<Fit>(silent), new Planning().Know(Agent("a1")).Decide(kind, name, decided).FitOf("a1"));
        }
    }

    [Theory]
    [InlineData(nameof(AgentState.Active), nameof(Fit.NoOffer))]
    [InlineData(nameof(AgentState.Missing), nameof(Fit.Missing))]
    [InlineData(nameof(AgentState.Dead), nameof(Fit.Dead))]
    public void An_agent_without_an_offer_takes_nothing(string state, string expected) => Assert.Equal(
        Enum.Parse<Fit>(expected), new Planning().Know(Agent("a1") with { State = Enum.Parse<AgentState>(state) }).FitOf("a1"));

    [Fact]
    public void Racks_and_attributes_that_are_asked_for_must_be_there()
    {
        var racks = new Planning { Deploy = With(new Placement { RackAffinity = ["r2", "r3"] }) }.Offer("a1").Offer("a2", rack: "r3");
        Assert.Equal((Fit.RackAffinity, Fit.Yes), (racks.FitOf("a1"), racks.FitOf("a2")));
        var required = new Dictionary<string, string> { ["disk"] = "ssd", ["zone"] = "a" };
        var attributes = new Planning { Deploy = With(new Placement { RequiredAttributes = required }) }
            .Offer("a1", attributes: [("disk", "ssd"), ("zone", "a")]).Offer("a2", attributes: [("disk", "ssd")])
            .Offer("a3", attributes: [("disk", "ssd"), ("zone", "b")]);
        Assert.Equal((Fit.Yes, Fit.Attribute, Fit.Attribute), (attributes.FitOf("a1"), attributes.FitOf("a2"), attributes.FitOf("a3")));
    }

    [Fact]
    public void A_reserved_agent_takes_only_who_names_its_attribute()
    {
        var settings = Settings with { Reserved = new Dictionary<string, IReadOnlyList<string>> { ["gpu"] = ["a100", "h100"] } };
        var gpu = new Dictionary<string, string> { ["gpu"] = "a100" };
        Assert.Equal(Fit.Reserved, Fitting(new Placement()));
        Assert.Equal(Fit.Yes, Fitting(new Placement { AllowedAttributes = gpu }));
        Assert.Equal(Fit.Yes, Fitting(new Placement { RequiredAttributes = gpu }));
        Assert.Equal(Fit.Reserved, Fitting(new Placement { AllowedAttributes = new Dictionary<string, string> { ["gpu"] = "h100" } }));
        Assert.Equal(Fit.Yes, new Planning { Settings = settings }.Offer("a1", attributes: ("gpu", "old")).FitOf("a1"));

        Fit Fitting(Placement placement) =>
            new Planning { Settings = settings, Deploy = With(placement) }.Offer("a1", attributes: ("gpu", "a100")).FitOf("a1");
    }

    [Theory]
    [InlineData(600, null, nameof(Fit.Maintenance))]
    [InlineData(601, null, nameof(Fit.Yes))]
    [InlineData(-600, 600, nameof(Fit.Yes))]
    [InlineData(-600, 601, nameof(Fit.Maintenance))]
    [InlineData(-600, null, nameof(Fit.Maintenance))]
    public void A_service_does_not_start_shortly_before_or_during_maintenance(int start, int? lasts, string expected)
    {
        var window = new MaintenanceWindow(Now.AddSeconds(start), lasts is { } l ? TimeSpan.FromSeconds(l) : null);
        Assert.Equal(Enum.Parse<Fit>(expected), new Planning().Offer("a1", window: window).FitOf("a1"));
    }

    [Theory]
    [InlineData(300, nameof(Fit.Yes))]
    [InlineData(299, nameof(Fit.Maintenance))]
    public void A_run_starts_when_it_ends_before_the_maintenance(int start, string expected)
    {
        var run = Deploy("v1", 1, options: DeployOptions.Default with { RunLimit = TimeSpan.FromMinutes(5) });
        run = run with { Spec = run.Spec with { Kind = RequestKind.RunOnce } };
        var window = new MaintenanceWindow(Now.AddSeconds(start), null);
        Assert.Equal(Enum.Parse<Fit>(expected), new Planning { Deploy = run }.Offer("a1", window: window).FitOf("a1"));
    }

    [Fact]
    public void The_earliest_maintenance_of_its_offers_counts()
    {
        var (far, near) = (new MaintenanceWindow(Now.AddHours(2), null), new MaintenanceWindow(Now.AddSeconds(9), null));
        Assert.Equal(Fit.Maintenance, new Planning().Offer("a1", window: far).Offer("a1", window: near).FitOf("a1"));
        Assert.Equal(Fit.Maintenance, new Planning().Offer("a1", window: near).Offer("a1", window: far).FitOf("a1"));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(2, 2, 4)]
    [InlineData(0, 1, 8)]
    public void A_limit_of_tasks_holds_for_each_offer(int limit, int offers, int expected)
    {
        var planning = new Planning { Settings = Settings with { MaxTasksPerOffer = limit } };
        for (var i = 0; i < offers; i++)
            planning.Offer("a1", memory: 4096 / offers, disk: 4000, ports: $"{31000 + (i * 10)}-{31009 + (i * 10)}");
        Assert.Equal(expected, planning.PlaceAll(8).Count);
        if (limit > 0)
            Assert.Equal(Fit.TasksPerOffer, planning.FitOf("a1"));
    }

    [Theory]
    [InlineData(PlacementStrategy.SeparateByDeploy, "v1", true)]
    [InlineData(PlacementStrategy.SeparateByDeploy, "v0", false)]
    [InlineData(PlacementStrategy.SpreadAll, "v1", true)]
    [InlineData(PlacementStrategy.SpreadAll, "v0", false)]
    [InlineData(PlacementStrategy.SeparateByRequest, "v1", true)]
    [InlineData(PlacementStrategy.SeparateByRequest, "v0", true)]
    [InlineData(PlacementStrategy.Balanced, "v1", false)]
    public void Instances_are_kept_apart_by_deploy_or_by_request(PlacementStrategy strategy, string other, bool apart)
    {
        var planning = new Planning { Deploy = With(new Placement(strategy)) }.Offer("a1").Offer("a2").Runs(Healthy(other, 1));
        Assert.Equal(apart ? Fit.Separated : Fit.Yes, planning.FitOf("a1"));
        Assert.Equal("a2", planning.Place());
    }

    [Theory]
    [InlineData(PlacementStrategy.SeparateByDeploy)]
    [InlineData(PlacementStrategy.SeparateByRequest)]
    public void A_bounce_may_stay_on_the_host_beside_what_is_on_its_way_out(PlacementStrategy strategy)
    {
        var leaver = Healthy("v1", 1).Leaves(LeaveCause.Bounce);
        var stays = new Placement(strategy, SameHostBounce: true);
        Assert.Equal(Fit.Yes, new Planning { Deploy = With(stays) }.Offer("a1").Runs(leaver).FitOf("a1"));
        Assert.Equal(Fit.Yes, new Planning { Deploy = With(stays) }.Offer("a1")
            .Runs(Healthy("v1", 1) with { KillCause = KillCause.Retired }).FitOf("a1"));
        Assert.Equal(Fit.Separated, new Planning { Deploy = With(stays) }.Offer("a1").Runs(leaver, Healthy("v1", 2)).FitOf("a1"));
        Assert.Equal(Fit.Separated, new Planning { Deploy = With(new Placement(strategy)) }.Offer("a1").Runs(leaver).FitOf("a1"));
    }

    [Fact]
    public void The_agent_with_the_fewest_instances_comes_first_then_the_preferred_then_the_rack_then_the_id()
    {
        Assert.Equal("a2", new Planning().Offer("a1").Offer("a2").Runs(Healthy("v1", 1, agent: "a1")).Place());
        var allowed = new Placement { AllowedAttributes = new Dictionary<string, string> { ["disk"] = "ssd" } };
        Assert.Equal("a2", new Planning { Deploy = With(allowed) }.Offer("a1").Offer("a2", attributes: ("disk", "ssd")).Place());
        Assert.Equal("a1", new Planning { Deploy = With(allowed) }.Offer("a1").Offer("a2", attributes: ("disk", "hdd")).Place());
        Assert.Equal("a3", new Planning().Offer("a1").Offer("a3", rack: "r2").Runs(Healthy("v1", 1, agent: "a9", rack: "r1")).Place());
        Assert.Equal("a1", new Planning().Offer("a2").Offer("a1").Place());
    }

    [Fact]
    public void Greedy_fills_the_fullest_agent_first()
    {
        var planning = new Planning { Deploy = With(new Placement(PlacementStrategy.Greedy)) }.Offer("a1", cpus: 2).Offer("a2", cpus: 1)
            .Offer("a3");
        Assert.Equal(["a2", "a2", "a1", "a1", "a1", "a1"], planning.PlaceAll(6));
    }

    [Fact]
    public void Optimistic_keeps_an_agent_from_having_more_than_the_others()
    {
        var deploy = With(new Placement(PlacementStrategy.Optimistic));
        var planning = new Planning { Deploy = deploy }.Offer("a1").Runs(
            Healthy("v1", 1), Healthy("v1", 2), Healthy("v1", 3), Healthy("v1", 4, agent: "a2"));
        Assert.Equal(Fit.Crowded, planning.FitOf("a1"));
        TaskRecord[] waiting = [.. Enumerable.Range(10, 20).Select(i => Pending("v1", i))];
        var busy = new Planning { Deploy = deploy }.Offer("a1").Runs(
            [Healthy("v1", 1), Healthy("v1", 2), Healthy("v1", 3), Healthy("v1", 4, agent: "a2"), .. waiting]);
        Assert.Equal(Fit.Yes, busy.FitOf("a1"));
    }

    [Fact]
    public void An_attribute_gets_its_share_of_the_instances()
    {
        var placement = new Placement { AttributeMinimums = [new AttributeMinimum("disk", "ssd", 50)] };
        var planning = new Planning { Deploy = With(placement), Instances = 5 }.Offer("a1", memory: 8192).Offer("a2", memory: 8192);
        Assert.Equal(2, planning.PlaceAll().Count);
        Assert.Equal(Fit.AttributeShare, planning.FitOf("a1"));
        var both = new Planning { Deploy = With(placement), Instances = 5 }.Offer("a1", memory: 8192)
            .Offer("b1", memory: 8192, attributes: ("disk", "ssd"));
        Assert.True(both.PlaceAll(5).Count(a => a == "b1") >= 3);
    }

    [Theory]
    [InlineData(3, new[] { 2, 2, 1 })]
    [InlineData(2, new[] { 3, 2 })]
    [InlineData(5, new[] { 1, 1, 1, 1, 1 })]
    public void Racks_get_even_shares(int racks, int[] counts)
    {
        var planning = new Planning { Deploy = With(new Placement(RackSensitive: true)), Instances = 5 };
        for (var i = 1; i <= racks * 3; i++)
            planning.Offer($"a{i}", rack: $"r{1 + (i % racks)}");
        var onRack = planning.PlaceAll(5).CountBy(a => planning.State.Agents[a].Rack).Select(c => c.Value).OrderDescending().ToList();
        Assert.Equal(counts, onRack);
    }

    [Theory]
    [InlineData(null, 1, nameof(Fit.RackFull))]
    [InlineData(2, 1, nameof(Fit.Yes))]
    [InlineData(2, 2, nameof(Fit.RackFull))]
    [InlineData(9, 1, nameof(Fit.RackFull))]
    public void The_share_of_a_rack_is_that_of_the_racks_expected_or_there(int? expected, int running, string fit)
    {
        var planning = new Planning { Deploy = With(new Placement(RackSensitive: true) { ExpectedRacks = expected }), Instances = 5 }
            .Offer("a1").Know(Agent("a2", "r2")).Know(Agent("a3", "r3")).Know(Agent("a4", "r4"))
            .Runs([.. Enumerable.Range(1, running).Select(i => Healthy("v1", i))]);
        Assert.Equal(Enum.Parse<Fit>(fit), planning.FitOf("a1"));
    }

    [Fact]
    public void A_rack_that_has_its_share_is_full()
    {
        var planning = new Planning { Deploy = With(new Placement(RackSensitive: true)), Instances = 2 }
            .Offer("a1").Offer("a2", rack: "r2").Runs(Healthy("v1", 1));
        Assert.Equal((Fit.RackFull, Fit.Yes), (planning.FitOf("a1"), planning.FitOf("a2")));
        Assert.Equal(["a2"], planning.PlaceAll());
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    /// <summary>On random clusters: never too much on an agent, never a port twice, and nothing is left out that would fit.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_pass_never_overcommits_and_leaves_nothing_that_fits(int seed)
    {
        var random = new Random(seed);
        var strategy = Enum.GetValues<PlacementStrategy>()[random.Next(6)];
        var placement = new Placement(strategy, RackSensitive: random.Next(3) == 0, SameHostBounce: random.Next(2) == 0);
        var needs = new ResourceNeed(random.Next(1, 30) / 10m, random.Next(1, 800), random.Next(0, 200), random.Next(0, 4));
        var instances = random.Next(1, 30);
        var planning = new Planning
        {
            Deploy = With(placement, needs), Instances = instances, Settings = Settings with { MaxTasksPerOffer = random.Next(0, 4) },
        };
        for (var i = 0; i < random.Next(1, 9); i++)
            planning.Offer($"a{random.Next(0, 7)}", random.Next(0, 8), random.Next(0, 3000), random.Next(0, 900), $"r{random.Next(0, 3)}",
                $"{31000 + random.Next(0, 5)}-{31005 + random.Next(0, 9)}");
        var before = planning.Planner.Slots.ToDictionary(s => s.AgentId, s => (s.Free, s.FreePorts));
        planning.PlaceAll(instances);
        foreach (var slot in planning.Planner.Slots)
        {
            var used = slot.Placed.Aggregate(default(Amount), (sum, _) => sum + Amount.Of(needs));
            Assert.Equal(before[slot.AgentId].Free, slot.Free + used);
            Assert.True(slot.Free is { Cpus: >= 0, Memory: >= 0, Disk: >= 0 }, $"{slot.AgentId} has {slot.Free}");
            var ports = slot.Placed.SelectMany(t => t.Ports).ToList();
            Assert.Equal(ports.Count, ports.Distinct().Count());
            Assert.Equal(before[slot.AgentId].FreePorts - ports.Count, slot.FreePorts);
        }

        if (planning.Planner.Slots.Sum(s => s.Placed.Count) < instances)
            Assert.DoesNotContain(planning.Planner.Slots, s => planning.Planner.Judge(planning.Shape, s) == Fit.Yes);
    }
}
