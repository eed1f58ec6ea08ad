using Pipeline.LocalMesos.Master.Allocation;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.Call.Types.Type;
using EventType = Pipeline.Mesos.Wire.Event.Types.Type;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>Who is offered what, and when again.</summary>
public sealed class AllocatorTests
{
    [Fact]
    public void A_new_framework_is_offered_every_agent_at_once_in_one_event()
    {
        using var harness = new MasterHarness(agents: 3);
        var framework = harness.Subscribe();

        Assert.Equal(3, Assert.Single(framework.All(EventType.Offers)).Offers.Offers_.Count);
        Assert.All(framework.Offers(), o => Assert.Equal("web", o.AllocationInfo.Role));
    }

    [Fact]
    public void What_is_offered_to_one_is_not_offered_to_another()
    {
        using var harness = new MasterHarness();
        harness.Subscribe();
        var second = harness.Subscribe("other");
        harness.Cycle();

        Assert.Empty(second.Offers());
    }

    [Theory]
    [InlineData(5, 4.9, 0)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 0, 1)]
    public void Declined_resources_come_again_after_the_filter(double refuse, double later, int offers)
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe();
        framework.Decline(framework.Offers()[0], refuse);
        framework.Events.Clear();
        harness.Advance(later);
        harness.Cycle();

        Assert.Equal(offers, framework.Offers().Count);
    }

    [Fact]
    public void Without_filters_a_decline_holds_for_five_seconds()
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe();
        framework.Call(CallType.Decline, c => c.Decline = new W.Call.Types.Decline { OfferIds = { framework.Offers()[0].Id } });
        framework.Events.Clear();
        harness.Advance(4);
        harness.Cycle();
        Assert.Empty(framework.Offers());
        harness.Advance(1);
        harness.Cycle();

        Assert.Single(framework.Offers());
    }

    [Fact]
    public void A_filter_does_not_hide_more_than_was_declined()
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe();
        var offer = framework.Offers()[0];
        framework.Launch(offer, Wire.Task("t", harness.Agent.Id, cpus: 3));
        harness.Cycle();
        framework.Decline(framework.Offers()[^1], 3600);
        framework.AcknowledgeAll();
        framework.Events.Clear();
        harness.Cycle();
        Assert.Empty(framework.Offers());
        framework.Kill("t");
        framework.AcknowledgeAll();
        harness.Cycle();

        Assert.Equal(4, Wire.Amount(Assert.Single(framework.Offers()).Resources, "cpus"));
    }

    [Fact]
    public void REVIVE_removes_filters_and_offers_at_once()
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe();
        framework.Decline(framework.Offers()[0], 3600);
        framework.Events.Clear();
        framework.Call(CallType.Revive);

        Assert.Single(framework.Offers());
    }

    [Fact]
    public void A_suppressed_role_gets_nothing_until_it_is_revived()
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe();
        framework.Call(CallType.Suppress);
        framework.Decline(framework.Offers()[0], 0);
        framework.Events.Clear();
        harness.Cycle();
        Assert.Empty(framework.Offers());
        framework.Call(CallType.Revive, c => c.Revive = new W.Call.Types.Revive { Roles = { "web" } });

        Assert.Single(framework.Offers());
    }

    [Fact]
    public void The_role_with_the_smaller_dominant_share_is_offered_first()
    {
        using var harness = new MasterHarness(agents: 2);
        var big = harness.Subscribe("big");
        var offers = big.Offers();
        big.Launch(offers[0], Wire.Task("t", offers[0].AgentId.Value, cpus: 4, memory: 4096));
        var small = harness.Subscribe("small");
        big.Decline(offers[1], 0);
        big.Events.Clear();
        harness.Cycle();

        Assert.Empty(big.Offers());
        Assert.Single(small.Offers());
    }

    [Theory]
    [InlineData(2000, 1000, 0.5)]
    [InlineData(1000, 3000, 0.75)]
    [InlineData(0, 0, 0)]
    public void The_dominant_share_is_the_larger_one_of_cpus_and_memory(int cpus, int memory, double share)
    {
        using var harness = new MasterHarness();
        var claim = new RoleClaim(harness.Subscribe().Framework, "web");
        claim.Hold(ResourceSet.FromWire([Wire.Scalar("cpus", cpus / 1000d), Wire.Scalar("mem", memory / 1000d)]));

        Assert.Equal(share, claim.ShareOf((4000, 4000)), 6);
    }

    [Fact]
    public void Crumbs_are_not_offered()
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe();
        framework.Launch(framework.Offers()[0], Wire.Task("t", harness.Agent.Id, cpus: 3.995, memory: 4070));
        framework.Events.Clear();
        harness.Cycle();

        Assert.Empty(framework.Offers());
    }

    [Fact]
    public void An_offer_that_is_held_too_long_is_rescinded_and_offered_again()
    {
        using var harness = new MasterHarness(1, "--offer_timeout=30secs");
        var framework = harness.Subscribe();
        var offer = framework.Offers()[0];
        harness.Advance(29.9);
        Assert.Empty(framework.All(EventType.Rescind));
        harness.Advance(0.1);
        harness.Cycle();

        Assert.Equal(offer.Id, Assert.Single(framework.All(EventType.Rescind)).Rescind.OfferId);
        Assert.Equal(2, framework.Offers().Count);
        framework.Launch(offer, Wire.Task("late", harness.Agent.Id));
        Assert.Equal(W.TaskState.TaskDropped, Assert.Single(framework.Updates()).State);
    }

    [Fact]
    public void A_framework_without_MULTI_ROLE_sees_no_allocation_and_the_old_form()
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe(change: info =>
        {
            info.Roles.Clear();
            info.Capabilities.Clear();
            info.Role = "old";
        });
        var offer = Assert.Single(framework.Offers());

        Assert.Null(offer.AllocationInfo);
        Assert.All(offer.Resources, r => Assert.Equal(("*", null), (r.Role, r.AllocationInfo)));
    }

    [Fact]
    public void Offers_name_rack_and_address_of_their_agent()
    {
        using var harness = new MasterHarness(1, "--attributes=region:eu;zone:a");
        var offer = Assert.Single(harness.Subscribe().Offers());

        Assert.Equal(["rack=vr1", "region=eu", "zone=a"], offer.Attributes.Select(a => $"{a.Name}={a.Text.Value}"));
        Assert.Equal(("virtual-00001", 5050), (offer.Hostname, offer.Url.Address.Port));
    }
}
