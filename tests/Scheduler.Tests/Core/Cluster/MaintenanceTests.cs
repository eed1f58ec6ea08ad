using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Cluster;

public sealed class MaintenanceTests
{
    private static readonly PortRange[] Ports = [new(31000, 31009)];

    [Fact]
    public void An_inverse_offer_is_accepted_and_instances_leave_in_time_replaced_first()
    {
        var m = Running();
        m.Receive(
            new InverseOffersReceived(
                [new InverseOffer("i-1", "a1", new MaintenanceWindow(m.Now + TimeSpan.FromHours(1), TimeSpan.FromHours(1)))]));
        Assert.Equal(["i-1"], m.Calls<AcceptInverseOffers>().Single().OfferIds);
        m.Pass(TimeSpan.FromMinutes(44));
        Assert.DoesNotContain(m.Live(), t => t.Leaving is not null);
        m.Pass(TimeSpan.FromMinutes(2));
        Assert.NotNull(m.Task("v1.1.1").Leaving);
        Assert.Empty(m.Calls<KillTask>());
        m.Offer("a2");
        m.Run("v1.1.2");
        Assert.Equal("v1.1.1", m.Calls<KillTask>().Single().TaskId);
    }

    [Fact]
    public void An_inverse_offer_is_declined_with_the_reason_while_a_run_may_last_into_the_window()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        m.Run("build.1.1.1");
        void Ask(string id) =>
            m.Receive(
                new InverseOffersReceived([new InverseOffer(id, "a1", new MaintenanceWindow(m.Now + TimeSpan.FromMinutes(5), null))]));
        Ask("i-1");
        Assert.Equal(["i-1"], m.Calls<DeclineInverseOffers>().Single().OfferIds);
        Assert.Contains(m.Events.OfType<ClusterChanged>(), e => e.What.Contains("run build.1 may last longer", StringComparison.Ordinal));
        m.Say("build.1.1.1", TaskState.Finished, message: "Command exited with status 0");
        Ask("i-2");
        Assert.Equal(["i-2"], m.Calls<AcceptInverseOffers>().Single().OfferIds);
    }

    [Fact]
    public void A_maintenance_that_is_called_off_lets_instances_stay()
    {
        var m = Running();
        m.Receive(new InverseOffersReceived([new InverseOffer("i-1", "a1", new MaintenanceWindow(m.Now + TimeSpan.FromMinutes(5), null))]));
        Assert.NotNull(m.Task("v1.1.1").Leaving);
        m.Receive(new InverseOfferRescinded("i-1"));
        Assert.Null(m.Task("v1.1.1").Leaving);
        Assert.Equal(["v1.1.1"], m.Live().Where(t => t.KillCause is null).Select(t => t.Id));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(15, true)]
    public void An_offer_of_an_agent_that_goes_down_serves_only_work_that_ends_before(int minutes, bool launched)
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Receive(new OffersReceived([m.OfferOf("a1", 4, 4096, Ports, "r1", new MaintenanceWindow(m.Now + TimeSpan.FromMinutes(minutes), TimeSpan.FromHours(1)))]));
        Assert.Equal(launched, m.Launched.Count == 1);
        if (!launched)
            Assert.Equal("maintenance", m.Why("build.1.1.1").Blockers.Single().Code);
    }

    [Fact]
    public void What_has_no_end_goes_where_there_is_time_enough()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1)));
        m.Receive(
            new OffersReceived([m.OfferOf("a1", 4, 4096, Ports, "r1", new MaintenanceWindow(m.Now + TimeSpan.FromMinutes(8), null))]));
        Assert.Empty(m.Launched);
        m.Receive(new OffersReceived([m.OfferOf("a2", 4, 4096, Ports, "r1", new MaintenanceWindow(m.Now + TimeSpan.FromDays(3), null))]));
        Assert.Equal("a2", m.Launched.Single().AgentId);
    }

    [Fact]
    public void A_machine_taken_down_by_its_operator_is_infra_and_its_agent_dead()
    {
        var m = Running();
        m.Say("v1.1.1", TaskState.Lost, "REASON_AGENT_REMOVED", "Agent localhost removed: Operator initiated 'Machine DOWN'", fromMaster: true);
        m.Receive(new AgentRemoved("a1"));
        Assert.Equal(FailureClass.Infra, m.Only<TaskFinished>().Class);
        Assert.Equal(AgentState.Dead, m.Agents["a1"].State);
        Assert.Equal("v1.1.2", m.Live().Single().Id);
    }

    private static Machine Running()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1)));
        m.Offer("a1");
        m.Run("v1.1.1");
        return m;
    }
}
