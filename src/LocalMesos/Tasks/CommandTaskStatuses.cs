using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using Source = Pipeline.Mesos.Wire.TaskStatus.Types.Source;

namespace Pipeline.LocalMesos.Tasks;

/// <summary>The statuses of a command task, with the sources, reasons and messages of a real agent and command executor.</summary>
internal sealed class CommandTaskStatuses(StatusReporter status, TaskLaunch launch, TaskLocation location)
{
    public bool IsRunning => !status.IsTerminal;

    public W.TaskStatus? Last => status.Last;

    /// <summary>The default executor reports TASK_STARTING before a task of a group has a process (recorded in 17).</summary>
    public void LaunchingNested()
    {
        if (location.IsNested)
            status.Report(W.TaskState.TaskStarting, Source.Executor);
    }

    public void Running(int pid)
    {
        status.Pid = pid;
        if (status.State == W.TaskState.TaskStaging)
            status.Report(W.TaskState.TaskStarting, Source.Executor);
        status.Report(W.TaskState.TaskRunning, Source.Executor);
    }

    public void Killing(TaskEndReason reason)
    {
        if (launch.TaskKillingState && reason is TaskEndReason.Killed or TaskEndReason.Unhealthy)
            status.Report(W.TaskState.TaskKilling, Source.Executor);
    }

    public void Health(bool healthy) =>
        status.Report(W.TaskState.TaskRunning, Source.Executor, reason: Reason.TaskHealthCheckStatusUpdated, healthy: healthy);

    public void Check(W.CheckStatusInfo result)
    {
        status.Check = result;
        status.Report(W.TaskState.TaskRunning, Source.Executor, reason: Reason.TaskCheckStatusUpdated);
    }

    /// <param name="limit">What limit the agent ended it for, in words; null for none.</param>
    public void Ended(TaskEndReason why, ProgramEnd end, string? limit)
    {
        var state = why switch
        {
            TaskEndReason.Killed or TaskEndReason.Unhealthy => W.TaskState.TaskKilled,
            TaskEndReason.MaxCompletionTimeReached or TaskEndReason.DiskLimitReached => W.TaskState.TaskFailed,
            TaskEndReason.Exited => end.ExitCode == 0 ? W.TaskState.TaskFinished : W.TaskState.TaskFailed,
        };
        var reason = why switch
        {
            TaskEndReason.MaxCompletionTimeReached => Reason.MaxCompletionTimeReached,
            TaskEndReason.DiskLimitReached => Reason.ContainerLimitationDisk,
            TaskEndReason.Exited => end.Reason,
            TaskEndReason.Killed or TaskEndReason.Unhealthy => null,
        };
        // The agent enforces limits, not the executor.
        var byAgent = why == TaskEndReason.DiskLimitReached || (why == TaskEndReason.Exited && end.Reason is not null);
        var source = byAgent ? Source.Agent : Source.Executor;
        status.Report(state, source, limit ?? end.Message, reason, why == TaskEndReason.Unhealthy ? false : null);
    }

    public void LaunchFailed(string message) =>
        status.Report(W.TaskState.TaskFailed, Source.Agent, message, Reason.ContainerLaunchFailed);

    public void KilledDuringLaunch() => status.Report(
        W.TaskState.TaskKilled, Source.Agent, "Killed before delivery to the executor", Reason.TaskKilledDuringLaunch);

    public void UnknownUser(string user) => status.Report(
        launch.PartitionAware ? W.TaskState.TaskDropped : W.TaskState.TaskLost, Source.Agent,
        $"Failed to create executor directory '{location.SandboxPath}': Failed to chown directory to '{user}': No such user '{user}'",
        Reason.ExecutorTerminated);

    public void ExecutorTerminated() => status.ReportExecutorTerminated();

    /// <summary>Nothing is reported any more.</summary>
    public void Silence() => status.IsSilent = true;
}
