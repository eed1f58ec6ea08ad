using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Core.Placing;

public sealed class OfferTests
{
    [Fact]
    public void Idle_means_suppressed_with_no_offer_held()
    {
        var m = new Machine();
        Assert.Single(m.Calls<SuppressOffers>());
        var offer = m.Offer("a1");
        Assert.Equal([offer], m.Calls<DeclineOffers>().Single().OfferIds);
        Assert.Equal(TimeSpan.FromHours(1), m.Calls<DeclineOffers>().Single().Refuse);
        Assert.Empty(m.Core.Held);
        Assert.Equal((DeclineReason.NothingWaits, offer), (m.Core.Declines.Latest.Single().Reason, m.Core.Declines.Latest.Single()
            .Offer.Offer.Id));

        m.Do(new SubmitRunCommand(Machine.Build()));
        Assert.Single(m.Calls<ReviveOffers>());
        m.Offer("a1");
        Assert.Single(m.Launched);
        Assert.Equal(2, m.Calls<SuppressOffers>().Count);
    }

    [Fact]
    public void An_offer_is_never_overcommitted_to_the_thousandth()
    {
        var m = new Machine();
        for (var i = 0; i < 11; i++)
            m.Do(new SubmitRunCommand(Machine.Build($"run{i:00}", cpus: 0.1m)));
        m.Offer("a1", cpus: 1.0m, memory: 100_000);
        Assert.Equal(10, m.Launched.Count);
        Assert.Equal(1.0m, m.Launched.Sum(t => t.Needs.Cpus));
        Assert.Contains("needs 0.1 cpus, best offer 0 on a1", m.Task("run10.1.1").Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_are_taken_from_the_offered_ranges_and_never_twice()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", instances: 3)));
        m.Offer("a1", ports: 2);
        Assert.Equal([31000, 31001], m.Launched.SelectMany(t => t.Ports).Order());
        Assert.Contains("ports", m.Rows.Values.Single(t => t.Phase == TaskPhase.Pending).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Instances_spread_over_agents_and_racks()
    {
        var m = new Machine();
        m.Receive(new OffersReceived([.. new[] { ("a1", "r1"), ("a2", "r1"), ("a3", "r2"), ("a4", "r2") }.Select(a => new Offer(
            "o" + a.Item1, a.Item1, a.Item1, "10.0.0.1", "", "pipeline", new OfferedResources(8, 8192, 8192, [new PortRange(31000, 31099)]),
            new Dictionary<string, string> { ["rack"] = a.Item2 }, null))]));
        // Idle scheduler declined them: the work that waits gets them again.
        m.Do(new SubmitDeployCommand(Machine.Web("v1", instances: 4)));
        m.Receive(new OffersReceived([.. new[] { ("a1", "r1"), ("a2", "r1"), ("a3", "r2"), ("a4", "r2") }.Select(a => new Offer(
            "p" + a.Item1, a.Item1, a.Item1, "10.0.0.1", "", "pipeline", new OfferedResources(8, 8192, 8192, [new PortRange(31000, 31099)]),
            new Dictionary<string, string> { ["rack"] = a.Item2 }, null))]));
        Assert.Equal(["a1", "a2", "a3", "a4"], m.Launched.Select(t => t.AgentId).Order());
        Assert.Equal(2, m.Launched.OrderBy(t => t.Instance).Take(2).Select(t => t.Rack).Distinct().Count());
    }

    [Fact, Trait("fact", "121")]
    public void Offers_that_nothing_fits_on_are_given_back_after_a_moment()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 16)));
        var offer = m.Offer("a1");
        Assert.Equal("needs 16 cpus, best offer 4 on a1; 1 of 1 agents offer", m.Task("build.1.1.1").Why);
        Assert.Single(m.Core.Held);
        m.Pass(TimeSpan.FromSeconds(3));
        Assert.Contains(m.Calls<DeclineOffers>(), d => d.OfferIds.SequenceEqual([offer]));
        Assert.Empty(m.Core.Held);
    }

    [Fact, Trait("fact", "1")]
    public void A_rescinded_offer_is_not_used()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 6)));
        var offer = m.Offer("a1", cpus: 4);
        m.Receive(new OfferRescinded(offer));
        m.Offer("a1", cpus: 4);
        Assert.Empty(m.Launched);
    }

    [Fact]
    public void An_update_is_acknowledged_with_its_row_in_the_same_step_and_a_duplicate_again_without()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        var status = new TaskStatus("build.1.1.1", TaskState.Starting, "a1", "SOURCE_EXECUTOR", null, null, [1, 2, 3], null, null, null,
            null);
        m.Receive(new TaskUpdated(status));
        Assert.Single(m.Last.Statuses);
        Assert.Single(m.Calls<AcknowledgeUpdate>());
        m.Receive(new TaskUpdated(status));
        Assert.Empty(m.Last.Statuses);
        Assert.Equal(2, m.Calls<AcknowledgeUpdate>().Count);
    }

    [Fact]
    public void Updates_of_unknown_tasks_do_no_harm_and_an_orphan_that_is_not_ours_is_left_alone()
    {
        var m = new Machine();
        m.Say("somebody-elses", TaskState.Running, fromMaster: true);
        Assert.Single(m.Sends.OfType<LookUp>());
        m.Do(new TaskLookedUp("somebody-elses", "a1", Known: false));
        Assert.Empty(m.Calls<KillTask>());
        Assert.Contains(m.Events.OfType<ClusterChanged>(), e => e.What.Contains("somebody-elses", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_kill_is_repeated_until_the_end_is_known()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        m.Run("build.1.1.1");
        m.Do(new CancelRunCommand("build.1", "no", Actor.Person("eleni")));
        m.Pass(TimeSpan.FromSeconds(60));
        Assert.True(m.Calls<KillTask>().Count > 3);
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.Zero], m.Calls<KillTask>().Take(2).Select(k => k.Grace!.Value));
    }

    [Fact]
    public void Every_subscription_asks_about_every_task_until_each_is_answered()
    {
        var m = new Machine();
        m.Healthy("v1");
        m.Receive(new Disconnected("master died"));
        m.Sends.Clear();
        m.Receive(new Subscribed("fw-1", TimeSpan.FromSeconds(15), "m-2", "127.0.0.2:5050", "1.11.0"));
        Assert.Equal(2, m.Calls<ReconcileTasks>()[0].Tasks.Count);
        m.Say("v1.1.1", TaskState.Running, "REASON_RECONCILIATION", fromMaster: true);
        m.Pass(TimeSpan.FromSeconds(6));
        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.Count == 1 && c.Tasks[0].TaskId == "v1.2.1");
        m.Say("v1.2.1", TaskState.Running, "REASON_RECONCILIATION", fromMaster: true);
        m.Sends.Clear();
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Empty(m.Calls<ReconcileTasks>());
        m.Pass(TimeSpan.FromMinutes(6));
        Assert.Single(m.Calls<ReconcileTasks>(), c => c.Tasks.Count == 0);
    }

    [Fact]
    public void A_removed_framework_stops_everything_and_keeps_its_id()
    {
        var m = new Machine();
        m.Receive(new SubscriptionEnded(SubscriptionEnd.FrameworkRemoved, "Framework has been removed"));
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(("fw-1", FrameworkState.Removed), (m.Core.Framework.FrameworkId, m.Core.Framework.State));
        Assert.Contains("not connected", m.Task("build.1.1.1").Why, StringComparison.Ordinal);
        Assert.Empty(m.Launched);
    }

    /// <summary>A call may be lost without a word: of the answer to an offer nobody ever hears.</summary>
    [Fact]
    public void While_work_waits_and_nothing_is_offered_offers_are_requested_again_and_old_answers_repeated()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 8)));
        var small = m.Offer("a1");
        m.Pass(TimeSpan.FromSeconds(10));
        m.Sends.Clear();
        var began = m.Now;
        var revived = new List<int>();

        while (m.Now < began + TimeSpan.FromMinutes(5))
        {
            m.Pass(TimeSpan.FromSeconds(1));
            revived.AddRange(Enumerable.Repeat((int)(m.Now - began).TotalSeconds, m.Calls<ReviveOffers>().Count - revived.Count));
        }

        Assert.Equal([20, 80, 200], revived);
        Assert.Equal([small], m.Calls<DeclineOffers>().Single().OfferIds);

        m.Offer("a2", cpus: 8);
        m.Pass(TimeSpan.FromMinutes(30));
        Assert.Single(m.Launched);
        Assert.Equal(3, m.Calls<ReviveOffers>().Count);
    }
}
