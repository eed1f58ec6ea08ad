using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Policy;

public sealed class IdTests
{
    public static TheoryData<string> Bad => new(
        "web[1]", "web]", "it's", "\"web\"", "web\u0007", "web\n", "two words", "a/b", ".hidden", "-dash", "", "καλημέρα", "a\\b", "a{b}",
        "<b>");

    [Theory, Trait("fact", "131")]
    [MemberData(nameof(Bad))]
    public void Ids_with_brackets_quotes_or_control_characters_are_refused(string id)
    {
        var m = new Machine();
        var deploy = m.Ask(new SubmitDeployCommand(Machine.Web(id)));
        Assert.Equal("config-invalid", deploy.Code);
        Assert.Contains("deploy id", deploy.Detail, StringComparison.Ordinal);
        var request = m.Ask(new SubmitDeployCommand(Machine.Web("v1") with { RequestId = id }));
        Assert.Contains("request id", request.Detail, StringComparison.Ordinal);
        Assert.Empty(m.Rows);
        Assert.All(m.Events.OfType<DeployFailed>(), e => Assert.Equal(FailureClass.Config, e.Class));
    }

    [Fact, Trait("fact", "131")]
    public void The_longest_ids_make_task_ids_that_Mesos_takes_and_longer_ones_are_refused()
    {
        var m = new Machine();
        Assert.True(m.Ask(new SubmitDeployCommand(Machine.Web(new string('v', IdRules.MostDeploy)))).IsAccepted);
        Assert.All(m.Rows.Keys, id => Assert.InRange(id.Length, 1, 255));
        Assert.Equal("config-invalid", m.Ask(new SubmitDeployCommand(Machine.Web(new string('v', IdRules.MostDeploy + 1)))).Code);
        m.Do(new SubmitDeployCommand(Machine.Job(new string('r', 200))));
        var run = m.Ask(new RunNowCommand("report", new string('x', 100), [], new Dictionary<string, string>(), null, null, Machine.By()));
        Assert.Equal("run-id-too-long", run.Code);
        Assert.Contains("runId", run.Detail, StringComparison.Ordinal);
    }
}
