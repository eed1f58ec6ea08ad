using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.Call.Types.Type;
using EventType = Pipeline.Mesos.Wire.Event.Types.Type;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>Maintenance windows, inverse offers, machines that are down.</summary>
public sealed class MaintenanceTests : IDisposable
{
    private readonly MasterHarness harness = new(agents: 2);
    private readonly FrameworkClient framework;

    public MaintenanceTests()
    {
        framework = harness.Subscribe();
        var offer = framework.Offers().Single(o => o.AgentId.Value == harness.Agent.Id);
        framework.Launch(offer, Wire.Task("t", harness.Agent.Id));
        harness.Advance(0.1);
        framework.AcknowledgeAll();
    }

    private W.MachineID Machine => harness.Agent.Machine;

    private List<W.InverseOffer> InverseOffers =>
        [.. framework.All(EventType.InverseOffers).SelectMany(e => e.InverseOffers.InverseOffers_)];

    [Fact]
    public void Who_runs_something_on_a_scheduled_agent_is_asked_once()
    {
        Schedule(Machine);
        harness.Cycle();

        Assert.Equal(harness.Agent.Id, Assert.Single(InverseOffers).AgentId.Value);
        Assert.NotNull(InverseOffers[0].Unavailability);
    }

    [Fact]
    public void Who_runs_nothing_there_is_not_asked()
    {
        Schedule(harness.State.Agents[1].Machine);
        Assert.Empty(InverseOffers);
    }

    [Fact]
    public void A_reply_is_shown_and_the_question_comes_again_after_the_filter()
    {
        Schedule(Machine);
        Reply(CallType.AcceptInverseOffers, InverseOffers[0], 10);
        var shown = Assert.Single(harness.Master.Maintenance.Status.DrainingMachines);
        Assert.Equal(W.InverseOfferStatus.Types.Status.Accept, Assert.Single(shown.Statuses).Status);
        harness.Advance(9.9);
        harness.Cycle();
        Assert.Single(InverseOffers);
        harness.Advance(0.1);
        harness.Cycle();

        Assert.Equal(2, InverseOffers.Count);
    }

    [Fact]
    public void A_new_schedule_rescinds_what_was_asked()
    {
        Schedule(Machine);
        Schedule();

        Assert.Equal(InverseOffers[0].Id, Assert.Single(framework.All(EventType.RescindInverseOffer)).RescindInverseOffer.InverseOfferId);
        Assert.Null(harness.Agent.Unavailability);
    }

    [Fact]
    public void Offers_of_a_scheduled_agent_are_rescinded_and_come_again_with_the_window()
    {
        harness.Cycle();
        Schedule(Machine);

        Assert.NotEmpty(framework.All(EventType.Rescind));
        Assert.NotNull(framework.Offers().Last(o => o.AgentId.Value == harness.Agent.Id).Unavailability);
    }

    [Fact]
    public void A_machine_that_goes_down_takes_its_agent_and_tasks()
    {
        Schedule(Machine);
        harness.Master.Maintenance.Start([Machine]);

        Assert.True(harness.Master.Maintenance.IsDown(harness.Agent));
        Assert.Equal(AgentPresence.Removed, harness.Agent.Presence);
        Assert.EndsWith("removed: Operator initiated 'Machine DOWN'", framework.Updates("t")[^1].Message, StringComparison.Ordinal);
        Assert.Equal(Machine, Assert.Single(harness.Master.Maintenance.Status.DownMachines));
    }

    [Fact]
    public void Brought_up_it_leaves_the_schedule()
    {
        Schedule(Machine, harness.State.Agents[1].Machine);
        harness.Master.Maintenance.Start([Machine]);
        harness.Master.Maintenance.Stop([Machine]);

        Assert.False(harness.Master.Maintenance.IsDown(harness.Agent));
        Assert.Equal([harness.State.Agents[1].Machine], harness.Master.Maintenance.Schedule.Windows.Single().MachineIds);
    }

    [Fact]
    public void What_is_not_scheduled_cannot_go_down() =>
        Assert.EndsWith("is not part of a maintenance schedule", Rejection(() => harness.Master.Maintenance.Start([Machine])), StringComparison.Ordinal);

    [Fact]
    public void What_is_up_cannot_be_brought_up()
    {
        Schedule(Machine);
        Assert.EndsWith(
            "is not in DOWN mode and cannot be brought up", Rejection(() => harness.Master.Maintenance.Stop([Machine])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_is_down_cannot_leave_the_schedule()
    {
        Schedule(Machine);
        harness.Master.Maintenance.Start([Machine]);
        Assert.EndsWith("is deactivated and cannot be removed from the schedule", Rejection(() => Schedule()), StringComparison.Ordinal);
    }

    public void Dispose() => harness.Dispose();

    private void Schedule(params W.MachineID[] machines)
    {
        var schedule = new W.MaintenanceSchedule();
        if (machines.Length > 0)
            schedule.Windows.Add(new W.MaintenanceWindow
            {
                MachineIds = { machines }, Unavailability = new W.Unavailability { Start = WireTime.Info(harness.State.Now) },
            });
        harness.Master.Maintenance.Update(schedule);
    }

    private void Reply(CallType type, W.InverseOffer offer, double seconds) => framework.Call(type, c =>
        c.AcceptInverseOffers = new W.Call.Types.AcceptInverseOffers
        {
            InverseOfferIds = { offer.Id }, Filters = new W.Filters { RefuseSeconds = seconds },
        });

    private static string Rejection(Action action)
    {
        var rejected = Assert.Throws<CallRejectedException>(action);
        Assert.Equal(400, rejected.Status);
        return rejected.Message;
    }
}
