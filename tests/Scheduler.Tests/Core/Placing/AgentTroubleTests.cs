using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Placing;

/// <summary>An agent that cannot start a task through its own fault (a broken trust file) is not tried again before others.</summary>
public sealed class AgentTroubleTests
{
    private const string AtFault = "Command exited with status 75";

    [Theory]
    [InlineData(PlacementStrategy.Balanced)]
    [InlineData(PlacementStrategy.Greedy)]
    public void The_next_attempt_goes_to_another_agent_and_the_first_is_the_last_resort(PlacementStrategy strategy)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1) with
        {
            Options = new DeployOptions { Placement = new Placement(strategy) },
        }));
        Assert.Equal("a1", AgentOf(m, "v1.1.1", "a1"));
        m.Say("v1.1.1", TaskState.Failed, message: AtFault);
        Assert.Equal("a2", AgentOf(m, "v1.1.2", "a1", "a2"));
        m.Say("v1.1.2", TaskState.Failed, message: AtFault);
        Assert.Equal("a1", AgentOf(m, "v1.1.3", "a1"));
    }

    [Fact]
    public void Another_request_and_another_exit_code_are_nothing_against_the_agent()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1)));
        Assert.Equal("a1", AgentOf(m, "v1.1.1", "a1"));
        m.Crash("v1.1.1");
        Assert.Equal("a1", AgentOf(m, "v1.1.2", "a1", "a2"));
        m.Say("v1.1.2", TaskState.Failed, message: AtFault);
        m.Do(new SubmitRunCommand(Machine.Build()));
        Assert.Equal("a1", AgentOf(m, "build.1.1.1", "a1", "a2"));
    }

    [Fact]
    public void A_port_that_another_program_has_is_given_to_no_task_of_any_request_for_a_while()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1)));
        AgentOf(m, "v1.1.1", "a1");
        Assert.Equal([31000], m.Task("v1.1.1").Ports);
        m.Say("v1.1.1", TaskState.Failed, message: "Command exited with status 69");
        Assert.Equal(
            "exit 69: another program on a1 listens on port 31000, which was assigned to the task", m.Task("v1.1.1").Reason);
        AgentOf(m, "v1.1.2", "a1");
        Assert.Equal([31001], m.Task("v1.1.2").Ports);
        m.Say("v1.1.2", TaskState.Failed, message: "Command exited with status 75");
        AgentOf(m, "v1.1.3", "a2");
        Assert.Equal([31000], m.Task("v1.1.3").Ports);
        m.Pass(TimeSpan.FromMinutes(11));
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 1)));
        AgentOf(m, "v2.1.1", "a1");
        Assert.Equal([31000], m.Task("v2.1.1").Ports);
    }

    [Fact]
    public void Ports_that_other_programs_have_are_given_last()
    {
        var m = new Machine();
        var slot = new AgentSlot("a1", "a1", "10.0.0.1", "r1", new Dictionary<string, string>(), default)
        {
            Taken = new HashSet<int> { 31000, 31001, 31005 },
        };
        slot.Add(m.OfferOf("a1", 4, 400, [new PortRange(31000, 31002), new PortRange(31005, 31006)], "r1"));
        var shape = new TaskShape("x", "x", null, new Amount(100, 1000, 0), 2, new Placement(), null, 1);
        Assert.Equal([31002, 31006], slot.Take(shape));
        Assert.Equal([31000, 31001], slot.Take(shape));
    }

    // All agents offer at once: only then there is a choice.
    private static string? AgentOf(Machine m, string task, params string[] agents)
    {
        for (var round = 0; round < 20 && (!m.Rows.TryGetValue(task, out var row) || row.Phase == TaskPhase.Pending); round++)
        {
            m.Pass(TimeSpan.FromSeconds(3));
            m.Receive(new OffersReceived([.. agents.Select(agent => new Offer(
                $"{task}-{round}-{agent}", agent, agent, "10.0.0.1", "http://10.0.0.1:5051", "pipeline",
                new OfferedResources(4, 4096, 8192, [new PortRange(31000, 31009)]), new Dictionary<string, string> { ["rack"] = "rack1" },
                null))]));
        }

        return m.Task(task).AgentId;
    }
}
