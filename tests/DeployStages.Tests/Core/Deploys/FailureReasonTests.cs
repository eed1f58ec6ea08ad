using Pipeline.DeployStages.Core.Deploys;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.DeployStages.Tests.Core.Deploys;

public sealed class FailureReasonTests
{
    [Fact]
    public void The_deciding_task_is_one_that_failed_through_the_release_s_fault()
    {
        var lost = Sample.Ended("infra", Sample.Now, id: "lost");
        var running = Sample.Ended(null, null, id: "running");
        var broken = Sample.Ended("health", Sample.Now, id: "broken");
        Assert.Same(broken, FailureReason.DecidingTask([lost, running, broken]));
        Assert.Same(lost, FailureReason.DecidingTask([lost, running]));
        Assert.Null(FailureReason.DecidingTask([]));
    }

    public static TheoryData<string, int?, string> ExitCodes => new()
    {
        { "It broke.", 3, "It broke. Exit code 3." },
        { "It broke.", 0, "It broke. Exit code 0." },
        { "It broke.", null, "It broke." },
        { "Exit code 3 right after the start.", 3, "Exit code 3 right after the start." },
        { "The program exited.", 3, "The program exited." },
    };

    [Theory]
    [MemberData(nameof(ExitCodes))]
    public void The_exit_code_is_named_once(string reason, int? code, string expected) =>
        Assert.Equal(expected, FailureReason.WithEvidence(reason, code, []));

    public static TheoryData<int?, string?, string> Probes => new()
    {
        { 503, "no database", "It broke. Last probe: 503 \"no database\"." },
        { 503, null, "It broke. Last probe: 503." },
        { 503, "  ", "It broke. Last probe: 503." },
        { null, "connection refused", "It broke. Last probe: no answer \"connection refused\"." },
        { 500, " broke ", "It broke." },
        { 500, new string('x', 201), $"It broke. Last probe: 500 \"{new string('x', 200)}\"." },
        { 500, new string('x', 200), $"It broke. Last probe: 500 \"{new string('x', 200)}\"." },
    };

    [Theory]
    [MemberData(nameof(Probes))]
    public void The_last_failed_probe_is_quoted_unless_the_reason_has_it(int? status, string? detail, string expected) =>
        Assert.Equal(expected, FailureReason.WithEvidence("It broke.", null, [Probe(0, false, status, detail)]));

    [Fact]
    public void Only_the_last_probe_counts_and_only_when_it_failed()
    {
        var failed = Probe(1, false, 503, "early");
        Assert.Equal("It broke.", FailureReason.WithEvidence("It broke.", null, [failed, Probe(2, true, 200, "ok")]));
        Assert.Equal(
            "It broke. Exit code 1. Last probe: 500 \"late\".",
            FailureReason.WithEvidence("It broke.", 1, [Probe(3, false, 500, "late"), failed, Probe(2, true, 200, "ok")]));
    }

    private static ProbeView Probe(int second, bool passed, int? status, string? detail) =>
        new(Sample.Now.AddSeconds(second), 1, passed, status, detail);
}
