using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Policy;

/// <summary>Limits above what a task needs, and what an image does to a launch.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(0.4, null, "limits.cpus: 0.4 is below the 0.5 that a task needs")]
    [InlineData(null, 255.0, "limits.memoryMb: 255 is below the 256 that a task needs")]
    public void A_limit_below_the_need_is_refused_by_its_name(double? cpus, double? memory, string said)
    {
        var m = new Machine();
        var answer = m.Ask(new SubmitDeployCommand(Machine.Web("v1") with
        {
            Options = new DeployOptions { Limits = new Limits((decimal?)cpus, (decimal?)memory) },
        }));

        Assert.Equal("config-invalid", answer.Code);
        Assert.Contains(said, answer.Detail, StringComparison.Ordinal);
        Assert.Empty(m.Rows);
    }

    [Fact]
    public void A_limit_that_is_not_below_the_need_and_none_at_all_are_taken()
    {
        var m = new Machine();
        Assert.True(m.Ask(new SubmitDeployCommand(Machine.Web("v1") with
        {
            Options = new DeployOptions { Limits = new Limits(0.5m, Limits.Unlimited) },
        })).IsAccepted);
    }

    [Theory]
    [InlineData("Failed to launch container: image 'a/b:1': manifest for a/b:1 not found: manifest unknown", "Check 'image'", false)]
    [InlineData("Failed to run 'docker pull a/b:1': exited with status 1; stderr='Error: image a/b:1 not found'", "Check 'image'", false)]
    [InlineData("Failed to launch container: exec: \"sh\": executable file not found in $PATH", "needs sh", false)]
    [InlineData("Failed to launch container: dial tcp 10.0.0.1:443: i/o timeout", "reach the image's registry", true)]
    public void A_launch_that_failed_for_its_image_is_configuration_and_names_image_and_remedy(string message, string remedy, bool passes)
    {
        var end = ImageRules.Judge(message, "a/b:1");

        Assert.NotNull(end);
        Assert.Equal(FailureClass.Config, end.Class);
        Assert.Contains("a/b:1", end.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, end.Reason, StringComparison.Ordinal);
        Assert.Equal(passes, end.MayBeInfra);
    }

    [Fact]
    public void What_cannot_be_fetched_is_not_the_fault_of_an_image() => Assert.Null(
        ImageRules.Judge("Failed to launch container: Failed to fetch all URIs for container 'x': exited with status 1", "a/b:1"));
}
