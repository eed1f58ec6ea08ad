using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
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
