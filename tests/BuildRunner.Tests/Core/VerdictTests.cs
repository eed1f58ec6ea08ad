using Pipeline.BuildRunner.Core;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Core;

/// <summary>How a module ended, by what the runner said and what the scheduler said.</summary>
public sealed class VerdictTests
{
    private static readonly DateTimeOffset Ended = DateTimeOffset.UnixEpoch;

    public enum Said
    {
        Nothing,
        Success,
        Failure,
    }

    private const string After = "The task failed after its steps had succeeded: ";

    // What the runner said; outcome, class and reason of the task; the verdict as outcome/class/reason/step/exit code, at once and after
    // the grace; null while something is missing.
    [Theory]
    [InlineData(Said.Success, "Succeeded", null, null, "Succeeded////", "Succeeded////")]
    [InlineData(Said.Success, "Failed", null, "lost", "Failed/Infra/" + After + "lost//", "Failed/Infra/" + After + "lost//")]
    [InlineData(Said.Success, "Failed", "App", "exit 1", "Failed/App/" + After + "exit 1//", "Failed/App/" + After + "exit 1//")]
    [InlineData(Said.Success, "Failed", "Infra", null, "Failed/Infra/The task failed after its steps had succeeded.//", "=")]
    [InlineData(Said.Success, "Cancelled", null, "by ann", "Cancelled//by ann//", "=")]
    [InlineData(Said.Success, "Cancelled", "Infra", null, "Cancelled//cancelled//", "=")]
    [InlineData(Said.Failure, "Succeeded", null, null, "Failed/Config/no such file/test/3", "=")]
    [InlineData(Said.Failure, "Failed", "App", "exit 3", "Failed/Config/no such file/test/3", "=")]
    [InlineData(Said.Failure, "Failed", "Infra", "lost", "Failed/Config/no such file/test/3", "=")]
    [InlineData(Said.Failure, "Cancelled", null, "by ann", "Cancelled//by ann//", "=")]
    [InlineData(Said.Failure, "Cancelled", "App", null, "Cancelled//cancelled//", "=")]
    [InlineData(Said.Nothing, "Succeeded", null, null, null, "Failed/Infra/The task ended without reporting a result.//")]
    [InlineData(Said.Nothing, "Succeeded", "Infra", "x", null, "Failed/Infra/The task ended without reporting a result.//")]
    [InlineData(Said.Nothing, "Failed", null, null, null, "Failed/Infra/The task failed without reporting a result.//")]
    [InlineData(Said.Nothing, "Failed", "App", "exit 1", null, "Failed/App/exit 1//")]
    [InlineData(Said.Nothing, "Failed", "Infra", "lost", "Failed/Infra/lost//", "=")]
    [InlineData(Said.Nothing, "Failed", "Config", "no image", "Failed/Config/no image//", "=")]
    [InlineData(Said.Nothing, "Failed", "Health", null, "Failed/Health/The task failed without reporting a result.//", "=")]
    [InlineData(Said.Nothing, "Failed", "Security", "digest", "Failed/Security/digest//", "=")]
    [InlineData(Said.Nothing, "Cancelled", null, "by ann", "Cancelled//by ann//", "=")]
    public void Result_and_task_decide_together(
        Said said, string outcome, string? failure, string? reason, string? atOnce, string? afterGrace)
    {
        var result = said switch
        {
            Said.Success => new RunnerResult(true, null, null, null, null),
            Said.Failure => new RunnerResult(false, "test", 3, FailureClass.Config, "no such file"),
            _ => null,
        };
        var task = new TaskEnd(
            Enum.Parse<Outcome>(outcome), failure is null ? null : Enum.Parse<FailureClass>(failure), reason, Ended);

        Assert.Equal(atOnce, Show(Verdict.Of(result, task, Ended)));
        Assert.Equal(atOnce, Show(Verdict.Of(result, task, Ended + Verdict.ResultGrace - TimeSpan.FromTicks(1))));
        Assert.Equal(afterGrace == "=" ? atOnce : afterGrace, Show(Verdict.Of(result, task, Ended + Verdict.ResultGrace)));
        Assert.Null(Verdict.Of(result, null, DateTimeOffset.MaxValue));
    }

    [Theory]
    [InlineData("test", 3, null, null, "Failed/App/Step 'test' ended with exit code 3./test/3")]
    [InlineData("test", null, null, null, "Failed/App/Step 'test' failed./test/")]
    [InlineData("test", 75, FailureClass.Infra, null, "Failed/Infra/Step 'test' ended with exit code 75./test/75")]
    [InlineData(null, null, null, null, "Failed/App/The build failed.//")]
    [InlineData(null, 1, null, null, "Failed/App/The build failed.//1")]
    [InlineData("test", 124, null, "too slow", "Failed/App/too slow/test/124")]
    public void A_failure_without_a_reason_is_described(string? step, int? code, FailureClass? failure, string? reason, string verdict)
    {
        var task = new TaskEnd(Outcome.Failed, FailureClass.App, "exit", Ended);

        Assert.Equal(verdict, Show(Verdict.Of(new RunnerResult(false, step, code, failure, reason), task, Ended)));
    }

    [Fact]
    public void A_result_may_be_five_seconds_late() => Assert.Equal(TimeSpan.FromSeconds(5), Verdict.ResultGrace);

    private static string? Show(Verdict? v) => v is null ? null : $"{v.Outcome}/{v.Class}/{v.Reason}/{v.FailedStep}/{v.ExitCode}";
}
