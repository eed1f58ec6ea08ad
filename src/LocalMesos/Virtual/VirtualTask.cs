using System.Globalization;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using Source = Pipeline.Mesos.Wire.TaskStatus.Types.Source;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>
/// A task that is only a timer: TASK_STARTING at once, TASK_RUNNING after the launch delay, and an end when it is killed or its run time is
/// over. The cluster's lock guards it; one timer runs at a time.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "The timer goes with the end of the task, whichever way it comes.")]
internal sealed class VirtualTask(AgentContext context, TaskLaunch launch, StatusReporter status, RandomFaults faults) : ITaskRun
{
    private const string RunSeconds = "VIRTUAL_RUN_SECONDS";
    private const string ExitStatus = "VIRTUAL_EXIT";
    private ITimer? next;

    public W.TaskStatus? LastStatus => status.Last;

    public bool IsRunning => !status.IsTerminal;

    public Task Completion => Task.CompletedTask;

    public void Start()
    {
        status.Report(W.TaskState.TaskStarting, Source.Executor);
        After(context.Options.Virtual.LaunchDelay, Run);
    }

    public void Kill(TaskEndReason reason, W.KillPolicy? policy)
    {
        if (!IsRunning)
            return;
        if (launch.TaskKillingState && reason is TaskEndReason.Killed or TaskEndReason.Unhealthy)
            status.Report(W.TaskState.TaskKilling, Source.Executor);
        const string Message = "Command terminated with signal Terminated";
        if (reason == TaskEndReason.MaxCompletionTimeReached)
            End(W.TaskState.TaskFailed, Message, Reason.MaxCompletionTimeReached);
        else
            End(W.TaskState.TaskKilled, Message, healthy: reason == TaskEndReason.Unhealthy ? false : null);
    }

    public void KillSilently()
    {
        status.IsSilent = true;
        next?.Dispose();
    }

    public void SignalSilently(int signal) => KillSilently();

    public void ReportExecutorTerminated()
    {
        status.ReportExecutorTerminated();
        KillSilently();
    }

    private void Run()
    {
        status.Report(W.TaskState.TaskRunning, Source.Executor);
        if (launch.Info.HealthCheck is not null)
        {
            var unhealthy = faults.Occurs(context.Options.Virtual.Unhealthy);
            status.Report(W.TaskState.TaskRunning, Source.Executor, reason: Reason.TaskHealthCheckStatusUpdated, healthy: !unhealthy);
            if (unhealthy)
            {
                Kill(TaskEndReason.Unhealthy, null);
                return;
            }
        }

        var limit = launch.Info.MaxCompletionTime is { } max ? WireTime.Span(max) : TimeSpan.MaxValue;
        var runTime = RunTime();
        if (runTime <= limit && runTime < TimeSpan.MaxValue)
            After(runTime, Finish);
        else if (limit < TimeSpan.MaxValue)
            After(limit, () => Kill(TaskEndReason.MaxCompletionTimeReached, null));
    }

    private TimeSpan RunTime() =>
        double.TryParse(LabelOrVariable(RunSeconds), CultureInfo.InvariantCulture, out var seconds) && seconds >= 0
            ? TimeSpan.FromSeconds(seconds)
            : context.Options.Virtual.RunTime ?? TimeSpan.MaxValue;

    private void Finish()
    {
        var exit = int.TryParse(LabelOrVariable(ExitStatus), CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        End(exit == 0 ? W.TaskState.TaskFinished : W.TaskState.TaskFailed, $"Command exited with status {exit}");
    }

    private void End(W.TaskState state, string message, Reason? reason = null, bool? healthy = null)
    {
        next?.Dispose();
        status.Report(state, Source.Executor, message, reason, healthy);
    }

    private string? LabelOrVariable(string name) =>
        launch.Info.Labels?.Labels_.FirstOrDefault(l => l.Key == name)?.Value
        ?? launch.Info.Command?.Environment?.Variables.FirstOrDefault(v => v.Name == name)?.Value;

    private void After(TimeSpan delay, Action action)
    {
        next?.Dispose();
        next = context.Time.CreateTimer(_ => Act(action), null, delay, Timeout.InfiniteTimeSpan);
    }

    private void Act(Action action)
    {
        lock (context.Gate)
        {
            if (IsRunning && !status.IsSilent)
                action();
        }
    }
}
