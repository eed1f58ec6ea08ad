using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Monitoring;

public sealed class LoopStatusViewsTests
{
    private static readonly LoopGauges Gauges = new(3, 1, 2.5, 4, 5, 6.5, 7.5, new Dictionary<string, long>())
    {
        At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), UpdateLag = TimeSpan.FromSeconds(1.5),
    };

    [Fact]
    public void A_loop_is_shown_by_its_gauges()
    {
        var view = LoopStatusViews.Of("test", new Machine().Core, Gauges).Loop();
        Assert.Equal(new LoopView("test", Gauges.At, 7.5, 1.5, null, 1, 2.5, 6.5, 4, 5, []), view with { Declined = [] });
    }

    [Fact]
    public void An_offer_of_another_role_is_declined_and_shown_with_its_reason()
    {
        var machine = new Machine();
        machine.Do(new SubmitRunCommand(Machine.Build()));
        machine.Do(new MasterEventReceived(new OffersReceived([new Offer(
            "o1", "a1", "host1", "10.0.0.1", "http://10.0.0.1:5051", "spark",
            new OfferedResources(4, 4096, 8192, [new PortRange(31000, 31009), new PortRange(32000, 32000)]),
            new Dictionary<string, string> { ["rack"] = "r1" }, null)])));
        var status = LoopStatusViews.Of("test", machine.Core, Gauges);

        var declined = Assert.Single(status.Declined());
        Assert.Equal(("o1", "a1", "host1", "r1", "other-role", 11),
            (declined.Id, declined.AgentId, declined.Host, declined.Rack, declined.Reason, declined.Ports));
        Assert.Equal(new ResourcesView(4, 4096, 8192), declined.Resources);
        Assert.Contains("spark", declined.Words, StringComparison.Ordinal);
        Assert.Equal(new DeclineCountView("other-role", 1), Assert.Single(status.Loop().Declined));
        Assert.Empty(status.Held());
    }

    [Fact]
    public void What_was_held_when_the_step_ended_stays_in_its_status()
    {
        var machine = new Machine();
        machine.Do(new SubmitRunCommand(Machine.Build(cpus: 100)));
        machine.Offer("a1");
        var status = LoopStatusViews.Of("test", machine.Core, Gauges);
        var held = status.Held();
        Assert.Equal(machine.Core.Held.Select(h => h.Offer.Id), held.Select(o => o.Id));
    }
}
