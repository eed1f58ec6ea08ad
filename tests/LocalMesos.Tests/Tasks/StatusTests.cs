using Microsoft.Extensions.Time.Testing;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tasks;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using Source = Pipeline.Mesos.Wire.TaskStatus.Types.Source;

namespace Pipeline.LocalMesos.Tests.Tasks;

/// <summary>The statuses and the environment of a task.</summary>
public sealed class StatusTests
{
    private readonly List<W.TaskStatus> sent = [];
    private readonly TaskLocation location = TaskLocation.Own("/work", "a", "f", "t");
    private readonly StatusReporter reporter;

    public StatusTests() => reporter = Reporter(location);

    [Theory]
    [InlineData(TaskEndReason.Exited, 0, W.TaskState.TaskFinished, null)]
    [InlineData(TaskEndReason.Exited, 3, W.TaskState.TaskFailed, null)]
    [InlineData(TaskEndReason.Exited, null, W.TaskState.TaskFailed, null)]
    [InlineData(TaskEndReason.Killed, 0, W.TaskState.TaskKilled, null)]
    [InlineData(TaskEndReason.Unhealthy, 0, W.TaskState.TaskKilled, null)]
    [InlineData(TaskEndReason.MaxCompletionTimeReached, 0, W.TaskState.TaskFailed, Reason.MaxCompletionTimeReached)]
    public void The_end_depends_on_why_and_how(object why, int? code, object state, object? reason)
    {
        Statuses().Ended((TaskEndReason)why, new ProgramEnd(code, "message", null), null);
        var status = Assert.Single(sent);

        Assert.Equal(((W.TaskState)state, "message", Source.Executor), (status.State, status.Message, status.Source));
        Assert.Equal((Reason?)reason, status.HasReason ? status.Reason : null);
        Assert.Equal((TaskEndReason)why == TaskEndReason.Unhealthy, status.HasHealthy);
    }

    [Fact]
    public void A_limit_is_enforced_by_the_agent()
    {
        Statuses().Ended(TaskEndReason.Exited, new ProgramEnd(null, "m", Reason.ContainerLimitationMemory), null);
        Assert.Equal((Source.Agent, Reason.ContainerLimitationMemory), (sent[0].Source, sent[0].Reason));
    }

    [Fact]
    public void The_disk_limit_is_enforced_by_the_agent_and_told_in_its_words()
    {
        Statuses().Ended(TaskEndReason.DiskLimitReached, new ProgramEnd(null, "m", null), "Disk usage (2MB) exceeds quota (1MB)");
        Assert.Equal(
            (W.TaskState.TaskFailed, Source.Agent, Reason.ContainerLimitationDisk, "Disk usage (2MB) exceeds quota (1MB)"),
            (sent[0].State, sent[0].Source, sent[0].Reason, sent[0].Message));
    }

    [Fact]
    public void Nothing_follows_a_terminal_status()
    {
        reporter.Report(W.TaskState.TaskFinished, Source.Executor);
        reporter.Report(W.TaskState.TaskRunning, Source.Executor);
        reporter.ReportExecutorTerminated();

        Assert.Equal([W.TaskState.TaskFinished], sent.Select(s => s.State));
    }

    [Fact]
    public void A_silent_task_reports_only_that_its_executor_is_gone()
    {
        reporter.IsSilent = true;
        reporter.Report(W.TaskState.TaskRunning, Source.Executor);
        reporter.ReportExecutorTerminated();

        Assert.Equal((W.TaskState.TaskFailed, Reason.ExecutorTerminated), (Assert.Single(sent).State, sent[0].Reason));
        Assert.True(reporter.IsSilent);
    }

    [Fact]
    public void Each_status_has_a_uuid_of_its_own_and_names_agent_and_executor()
    {
        reporter.Report(W.TaskState.TaskStarting, Source.Executor);
        reporter.Report(W.TaskState.TaskRunning, Source.Executor);

        Assert.Equal(2, sent.Select(s => s.Uuid).Distinct().Count());
        Assert.All(sent, s => Assert.Equal(("a", "t", 16), (s.AgentId.Value, s.ExecutorId.Value, s.Uuid.Length)));
    }

    [Fact]
    public void The_pid_is_known_once_there_is_a_process()
    {
        reporter.Report(W.TaskState.TaskStarting, Source.Executor);
        reporter.Pid = 42;
        reporter.Report(W.TaskState.TaskRunning, Source.Executor);

        Assert.Equal((false, 42u), (sent[0].ContainerStatus.HasExecutorPid, sent[1].ContainerStatus.ExecutorPid));
    }

    [Fact]
    public void A_nested_container_has_an_address_only_while_it_runs()
    {
        var nested = Reporter(location.Nested("n"));
        foreach (var state in (W.TaskState[])[W.TaskState.TaskStarting, W.TaskState.TaskRunning, W.TaskState.TaskKilling, W.TaskState.TaskKilled])
            nested.Report(state, Source.Executor);

        Assert.Equal([0, 1, 1, 0], sent.Select(s => s.ContainerStatus.NetworkInfos.Count));
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public void TASK_KILLING_is_for_kills_of_frameworks_that_know_it(bool capable, bool killed, int count)
    {
        var statuses = new CommandTaskStatuses(reporter, Launch(capable), location);
        statuses.Killing(killed ? TaskEndReason.Killed : TaskEndReason.MaxCompletionTimeReached);
        Assert.Equal(count, sent.Count);
    }

    [Fact]
    public void A_command_task_finds_its_sandbox_and_ids_in_its_environment()
    {
        var environment = Environment(location);
        Assert.Equal(
            (location.SandboxPath, "f", "a", "t", "web", "1"),
            (
                environment["MESOS_SANDBOX"], environment["MESOS_FRAMEWORK_ID"], environment["MESOS_SLAVE_ID"],
                environment["MESOS_EXECUTOR_ID"], 
             environment["MESOS_ALLOCATION_ROLE"], environment["MESOS_CHECKPOINT"]));
        Assert.False(environment.ContainsKey("MESOS_TASK_ID") || environment.ContainsKey("HOME"));
    }

    [Fact]
    public void A_nested_task_finds_less()
    {
        var environment = Environment(location.Nested("n"));
        Assert.Equal("127.0.0.1", environment["MESOS_CONTAINER_IP"]);
        Assert.False(environment.ContainsKey("MESOS_FRAMEWORK_ID"));
    }

    [Fact]
    public void The_tasks_own_variables_come_before_those_of_the_agent()
    {
        var environment = Environment(location, "--executor_environment_variables={\"A\":\"agent\",\"B\":\"agent\"}");
        Assert.Equal(("task", "agent"), (environment["A"], environment["B"]));
    }

    private static Dictionary<string, string> Environment(TaskLocation location, params string[] flags) => TaskEnvironment.OfTask(
        Launch(killingState: true), location, new AgentIdentity("a", "host", "r1"), "127.0.0.1:5051",
        LocalMesosFlags.Parse(["--work_dir=/work", .. flags]));

    private CommandTaskStatuses Statuses() => new(reporter, Launch(killingState: true), location);

    private StatusReporter Reporter(TaskLocation at) => new(new FakeTimeProvider(), "a", Launch(killingState: true), at, sent.Add);

    private static TaskLaunch Launch(bool killingState)
    {
        var task = Wire.Task("t", "a");
        task.Command.Environment = new W.Environment { Variables = { new W.Environment.Types.Variable { Name = "A", Value = "task" } } };
        var framework = FrameworkClient.Info("web");
        if (!killingState)
            framework.Capabilities.Clear();
        return new TaskLaunch("f", task, "web", framework);
    }
}
