using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Core.Failures;

/// <summary>Whose fault an end is: one row for each rule, and one beside it that must not match it.</summary>
public sealed class FailureRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_run_that_finishes_has_succeeded_even_while_it_is_being_killed()
    {
        foreach (var cause in Enum.GetValues<KillCause>().Cast<KillCause?>().Append(null))
        {
            var end = Classify(TaskState.Finished, kind: RequestKind.RunOnce, cause: cause, message: "Command exited with status 0");
            Assert.Equal(
                (TaskPhase.Finished, Outcome.Succeeded, (FailureClass?)null, 0), (end.Phase, end.Outcome, end.Class, end.ExitCode));
        }
    }

    [Theory]
    [InlineData(RequestKind.Service)]
    [InlineData(RequestKind.Worker)]
    public void An_instance_must_not_finish(RequestKind kind)
    {
        var end = Classify(TaskState.Finished, kind: kind, message: "Command exited with status 0");
        Assert.Equal((TaskPhase.Finished, Outcome.Failed, FailureClass.App), (end.Phase, end.Outcome, end.Class));
        Assert.Equal("exited by itself: Command exited with status 0", end.Reason);
    }

    [Theory]
    [InlineData("Command exited with status 1", null, null, FailureClass.App, 1)]
    [InlineData("Command exited with status 1.", null, null, FailureClass.App, 1)]
    [InlineData("Command exited with status x", null, null, FailureClass.App, null)]
    [InlineData("It said: Command exited with status 1", null, null, FailureClass.App, null)]
    [InlineData("Command exited with status 74", null, null, FailureClass.App, 74)]
    [InlineData("Command exited with status 75", null, null, FailureClass.Infra, 75)]
    [InlineData("Command exited with status 76", null, null, FailureClass.Security, 76)]
    [InlineData("Command exited with status 77", null, null, FailureClass.App, 77)]
    [InlineData("Command exited with status 69", null, null, FailureClass.Infra, 69)]
    [InlineData("Command exited with status 73", null, null, FailureClass.Config, 73)]
    [InlineData("Command exited with status 78", null, "a/b:1", FailureClass.Config, 78)]
    [InlineData("Command exited with status 78", null, null, FailureClass.App, 78)]
    [InlineData("Command exited with status 79", null, "a/b:1", FailureClass.App, 79)]
    [InlineData("Command terminated with signal Segmentation fault", null, null, FailureClass.App, null)]
    [InlineData("no more disk", "REASON_CONTAINER_LIMITATION_DISK", null, FailureClass.App, null)]
    [InlineData("preempted", "REASON_CONTAINER_PREEMPTED", null, FailureClass.Infra, null)]
    [InlineData("preempted", "CONTAINER_PREEMPTED", null, FailureClass.Infra, null)]
    [InlineData("restarted", "REASON_AGENT_RESTARTED", null, FailureClass.Infra, null)]
    [InlineData("gone", "REASON_EXECUTOR_TERMINATED", null, FailureClass.Infra, null)]
    [InlineData("gone", "REASON_SLAVE_REMOVED", null, FailureClass.Infra, null)]
    [InlineData("cannot launch", "REASON_CONTAINER_LAUNCH_FAILED", null, FailureClass.Config, null)]
    [InlineData("cannot pull", "REASON_IMAGE_PULL_FAILED", null, FailureClass.Config, null)]
    public void A_failed_task_is_classified_by_exit_status_and_reason(
        string message, string? reason, string? image, FailureClass expected, int? exit)
    {
        var end = Classify(TaskState.Failed, reason, message, image: image);
        Assert.Equal((TaskPhase.Failed, Outcome.Failed, expected, exit), (end.Phase, end.Outcome, end.Class, end.ExitCode));
    }

    [Theory]
    [InlineData("REASON_CONTAINER_LAUNCH_FAILED", "the agent could not launch it", null, true)]
    [InlineData("REASON_IMAGE_PULL_FAILED", "manifest unknown", "a/b:1", false)]
    [InlineData("REASON_IMAGE_PULL_FAILED", "connection refused", "a/b:1", true)]
    [InlineData("REASON_COMMAND_EXECUTOR_FAILED", "Command exited with status 1", null, false)]
    public void A_launch_that_may_work_next_time_is_marked_as_such(string reason, string message, string? image, bool mayBeInfra) =>
        Assert.Equal(mayBeInfra, Classify(TaskState.Failed, reason, message, image: image).MayBeInfra);

    [Theory]
    [InlineData(false, null, FailureClass.Health, "killed by the agent: its health check failed")]
    [InlineData(true, null, FailureClass.Infra, "killed by another party: gone")]
    [InlineData(null, null, FailureClass.Infra, "killed by another party: gone")]
    [InlineData(null, "REASON_AGENT_DRAINING", FailureClass.Infra, "killed: the master drains its agent")]
    [InlineData(false, "REASON_AGENT_DRAINING", FailureClass.Health, "killed by the agent: its health check failed")]
    public void A_kill_that_is_not_ours_is_the_health_check_or_infra(bool? healthy, string? reason, FailureClass expected, string text)
    {
        var end = Classify(TaskState.Killed, reason, "gone", healthy: healthy);
        Assert.Equal((TaskPhase.Killed, Outcome.Failed, expected, text), (end.Phase, end.Outcome, end.Class, end.Reason));
    }

    [Fact]
    public void A_task_that_the_master_refuses_is_a_mistake_of_its_config()
    {
        var end = Classify(TaskState.Error, message: "Task uses more resources than available");
        Assert.Equal((TaskPhase.Failed, Outcome.Failed, FailureClass.Config), (end.Phase, end.Outcome, end.Class));
        Assert.Equal("Task uses more resources than available", end.Reason);
    }

    [Theory]
    [InlineData(TaskState.Lost)]
    [InlineData(TaskState.Dropped)]
    [InlineData(TaskState.Gone)]
    [InlineData(TaskState.GoneByOperator)]
    [InlineData(TaskState.Unreachable)]
    public void A_lost_task_is_infra(TaskState state)
    {
        var end = Classify(state, "REASON_AGENT_REMOVED", phase: TaskPhase.Running);
        Assert.Equal((TaskPhase.Lost, Outcome.Failed, FailureClass.Infra), (end.Phase, end.Outcome, end.Class));
        Assert.Equal($"task {state.ToString().ToLowerInvariant()}: REASON_AGENT_REMOVED", end.Reason);
        Assert.False(end.NeverRan);
    }

    [Theory]
    [InlineData(nameof(TaskPhase.Launching), "REASON_INVALID_OFFERS", true)]
    [InlineData(nameof(TaskPhase.Launching), "REASON_RECONCILIATION", true)]
    [InlineData(nameof(TaskPhase.Launching), "REASON_AGENT_REMOVED", false)]
    [InlineData(nameof(TaskPhase.Launching), null, false)]
    [InlineData(nameof(TaskPhase.Starting), "REASON_INVALID_OFFERS", false)]
    [InlineData(nameof(TaskPhase.Running), "REASON_RECONCILIATION", false)]
    public void A_launch_that_never_reached_its_agent_costs_nothing(string phase, string? reason, bool neverRan) =>
        Assert.Equal(neverRan, Classify(TaskState.Dropped, reason, phase: Enum.Parse<TaskPhase>(phase)).NeverRan);

    [Theory]
    [InlineData(nameof(KillCause.Retired), Outcome.Cancelled, null)]
    [InlineData(nameof(KillCause.Cancelled), Outcome.Cancelled, null)]
    [InlineData(nameof(KillCause.Operator), Outcome.Cancelled, null)]
    [InlineData(nameof(KillCause.Priority), Outcome.Cancelled, null)]
    [InlineData(nameof(KillCause.NotStarted), Outcome.Failed, FailureClass.Infra)]
    [InlineData(nameof(KillCause.Machine), Outcome.Failed, FailureClass.Infra)]
    [InlineData(nameof(KillCause.Unready), Outcome.Failed, FailureClass.Health)]
    [InlineData(nameof(KillCause.Overtime), Outcome.Failed, FailureClass.App)]
    public void A_task_that_we_kill_ends_as_its_cause_says(string cause, Outcome outcome, FailureClass? expected)
    {
        foreach (var state in new[] { TaskState.Killed, TaskState.Failed, TaskState.Finished, TaskState.Error })
            Check(state, TaskPhase.Killed);
        foreach (var state in new[] { TaskState.Lost, TaskState.Dropped, TaskState.Gone, TaskState.GoneByOperator, TaskState.Unreachable })
            Check(state, TaskPhase.Lost);

        void Check(TaskState state, TaskPhase phase)
        {
            var end = Classify(state, message: "Command exited with status 76", cause: Enum.Parse<KillCause>(cause), killReason: "because");
            Assert.Equal((phase, outcome, expected, "because"), (end.Phase, end.Outcome, end.Class, end.Reason));
        }
    }

    [Fact]
    public void A_kill_without_a_reason_says_so() => Assert.Equal("killed", Classify(TaskState.Killed, cause: KillCause.Retired).Reason);

    [Theory]
    [InlineData("said", "REASON_X", "said")]
    [InlineData("", "REASON_X", "task failed: REASON_X")]
    [InlineData(null, "REASON_X", "task failed: REASON_X")]
    [InlineData(null, "", "task failed")]
    [InlineData(null, null, "task failed")]
    public void The_reason_is_the_message_or_else_the_reason_code(string? message, string? reason, string expected) =>
        Assert.Equal(expected, Classify(TaskState.Failed, reason, message).Reason);

    [Fact]
    public void A_task_that_was_unreachable_for_too_long_is_lost_to_infra()
    {
        var end = FailureRules.OutOfReach(Task() with { Host = "host7" }, Spec(RequestKind.Service), Now);
        Assert.Equal((TaskPhase.Lost, Outcome.Failed, FailureClass.Infra), (end.Phase, end.Outcome, end.Class));
        Assert.Equal("agent host7 was unreachable for too long", end.Reason);
    }

    [Fact]
    public void A_task_that_was_unreachable_while_it_was_being_killed_ends_as_killed()
    {
        var end = FailureRules.OutOfReach(
            Task() with { KillCause = KillCause.Retired, KillReason = "superseded" }, Spec(RequestKind.Service), Now);
        Assert.Equal((TaskPhase.Lost, Outcome.Cancelled, "superseded"), (end.Phase, end.Outcome, end.Reason));
    }

    [Theory]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "Memory limit exceeded", null, true, nameof(InstanceFailureKind.OutOfMemory))]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "killed", 137, true, nameof(InstanceFailureKind.OutOfMemory))]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "killed", 136, true, nameof(InstanceFailureKind.BadExit))]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "Disk usage exceeds quota", null, true, nameof(InstanceFailureKind.OutOfDisk))]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "disk failed", null, true, nameof(InstanceFailureKind.BadExit))]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "quota", null, true, nameof(InstanceFailureKind.BadExit))]
    [InlineData(nameof(TaskPhase.Finished), FailureClass.App, "exited by itself", 0, true, nameof(InstanceFailureKind.UnexpectedExit))]
    [InlineData(nameof(TaskPhase.Finished), FailureClass.App, "exited by itself", 0, false, nameof(InstanceFailureKind.UnexpectedExit))]
    [InlineData(nameof(TaskPhase.Killed), FailureClass.Health, "did not pass", null, false, nameof(InstanceFailureKind.Startup))]
    [InlineData(nameof(TaskPhase.Killed), FailureClass.Health, "did not pass", null, true, nameof(InstanceFailureKind.Health))]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "exit 1", 1, false, nameof(InstanceFailureKind.Startup))]
    [InlineData(nameof(TaskPhase.Failed), FailureClass.App, "exit 1", 1, true, nameof(InstanceFailureKind.BadExit))]
    public void A_failure_of_the_program_has_a_kind(
        string phase, FailureClass failure, string reason, int? exit, bool wasHealthy, string expected) =>
        Assert.Equal(Enum.Parse<InstanceFailureKind>(expected), FailureRules.KindOf(
            Task() with { HealthyAt = wasHealthy ? Now : null },
            new TaskEnd(Enum.Parse<TaskPhase>(phase), Outcome.Failed, failure, exit, reason)));

    [Theory]
    [InlineData("REASON_RECONCILIATION", true)]
    [InlineData("RECONCILIATION", true)]
    [InlineData("REASON_COMMAND_EXECUTOR_FAILED", false)]
    [InlineData(null, false)]
    public void An_answer_of_a_reconciliation_is_told_by_its_reason(string? reason, bool expected) =>
        Assert.Equal(expected, FailureRules.IsReconciliation(Status(TaskState.Running, reason, null, null)));

    private static TaskEnd Classify(
        TaskState state, string? reason = null, string? message = null, RequestKind kind = RequestKind.Service, KillCause? cause = null,
        string? killReason = null, bool? healthy = null, TaskPhase phase = TaskPhase.Running, string? image = null) =>
        FailureRules.Classify(
            Task() with { Phase = phase, KillCause = cause, KillReason = killReason }, kind, Status(state, reason, message, healthy),
            image);

    private static TaskStatus Status(TaskState state, string? reason, string? message, bool? healthy) =>
        new("v1.1.1", state, "a1", "SOURCE_EXECUTOR", reason, message, null, healthy, Now, null, null);

    private static TaskRecord Task() => new("v1.1.1", "web", "v1", 1, 1, new ResourceNeed(1, 128, 10, 0), Now);

    private static DeploySpec Spec(RequestKind kind) => DeploySpec.Of(Harness.Machine.Web("v1") with { Kind = kind });
}
