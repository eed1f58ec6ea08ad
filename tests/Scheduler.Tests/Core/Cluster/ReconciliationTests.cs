using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Cluster;

public sealed class ReconciliationTests
{
    private static ReconcileCommand Ask => new(Kernel.Actor.Person("eleni"));

    [Fact, Trait("fact", "63")]
    public void A_reconciliation_starts_is_already_running_and_is_done_when_every_task_was_answered_for()
    {
        var m = Machine.With(2);
        m.Say("v1.1.1", TaskState.Running, "REASON_RECONCILIATION", fromMaster: true);
        m.Say("v1.2.1", TaskState.Running, "REASON_RECONCILIATION", fromMaster: true);
        Assert.NotNull(m.Core.Framework.Reconciliation!.Until);
        m.Sends.Clear();

        Assert.StartsWith("started: the master is asked about 2 tasks", m.Ask(Ask).Detail, StringComparison.Ordinal);
        m.Do(new Tick());
        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.Count == 2);
        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.Count == 0);
        Assert.Equal((2, null), (m.Core.Framework.Reconciliation!.Tasks, m.Core.Framework.Reconciliation.Until));

        m.Say("v1.2.1", TaskState.Running, "REASON_RECONCILIATION", fromMaster: true);
        Assert.StartsWith("already-running: ", m.Ask(Ask).Detail, StringComparison.Ordinal);
        Assert.Equal("v1.1.1", m.Calls<ReconcileTasks>()[^1].Tasks.Single().TaskId);
        Assert.Null(m.Core.Framework.Reconciliation.Until);

        // The end of a task is an answer too.
        m.Say("v1.1.1", TaskState.Lost, "REASON_RECONCILIATION", fromMaster: true);
        Assert.Equal(m.Now, m.Core.Framework.Reconciliation.Until);
        Assert.StartsWith("started: ", m.Ask(Ask).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_master_nobody_can_be_asked_and_the_next_subscription_asks_by_itself()
    {
        var m = Machine.With(1);
        m.Receive(new Disconnected("the connection broke"));
        Assert.Equal("not-subscribed", m.Ask(Ask).Code);
        m.Receive(new Subscribed("fw-1", TimeSpan.FromSeconds(15), "m-2", "127.0.0.1:5050", "1.11.0"));
        Assert.Equal((1, null), (m.Core.Framework.Reconciliation!.Tasks, m.Core.Framework.Reconciliation.Until));
    }
}
