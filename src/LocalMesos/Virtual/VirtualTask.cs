using System.Globalization;
using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using Source = Pipeline.Mesos.Wire.TaskStatus.Types.Source;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>
/// One task that only a clock runs: STARTING at once, RUNNING after the launch delay, an end when it is killed or its time is over.
/// The cluster's lock guards it; one timer at a time.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "The timer goes with the end of the task, whichever way it comes.")]
internal sealed class VirtualTask(AgentContext context, TaskStart start, StatusReporter status, Dice dice) : ITaskRun
{
    private const string RunSeconds = "VIRTUAL_RUN_SECONDS";
    private const string ExitStatus = "VIRTUAL_EXIT";
    private ITimer? next;

    public TaskStart Start => start;

    public W.TaskStatus? LastStatus => status.Last;

    public bool IsRunning => !status.State.IsTerminal();

    public Task Completion => Task.CompletedTask;

    public void Begin()
    {
        status.Report(W.TaskState.TaskStarting, Source.Executor);
        After(context.Options.Virtual.LaunchDelay, Run);
    }

    public void Kill(TaskEnd why, W.KillPolicy? policy)
    {
        if (!IsRunning)
            return;
        if (start.TaskKillingState && why is TaskEnd.Killed or TaskEnd.Unhealthy)
            status.Report(W.TaskState.TaskKilling, Source.Executor);
        const string Message = "Command terminated with signal Terminated";
        if (why == TaskEnd.TookTooLong)
            End(W.TaskState.TaskFailed, Message, Reason.MaxCompletionTimeReached);
        else
            End(W.TaskState.TaskKilled, Message, healthy: why == TaskEnd.Unhealthy ? false : null);
    }

    public void Vanish()
    {
        status.IsSilent = true;
        next?.Dispose();
    }

    public void EndSilently(int signal) => Vanish();

    public void ReportExecutorGone()
    {
        status.IsSilent = false;
        status.Report(W.TaskState.TaskFailed, Source.Agent, "Executor terminated", Reason.ExecutorTerminated);
        Vanish();
    }

    private void Run()
    {
        status.Report(W.TaskState.TaskRunning, Source.Executor);
        if (start.Info.HealthCheck is not null)
        {
            var unhealthy = dice.Hits(context.Options.Virtual.Unhealthy);
            status.Report(W.TaskState.TaskRunning, Source.Executor, reason: Reason.TaskHealthCheckStatusUpdated, healthy: !unhealthy);
            if (unhealthy)
            {
                Kill(TaskEnd.Unhealthy, null);
                return;
            }
        }

        var limit = start.Info.MaxCompletionTime is { } max ? TimeSpan.FromTicks(max.Nanoseconds / 100) : TimeSpan.MaxValue;
        var runs = RunTime();
        if (runs <= limit && runs < TimeSpan.MaxValue)
            After(runs, Finish);
        else if (limit < TimeSpan.MaxValue)
            After(limit, () => Kill(TaskEnd.TookTooLong, null));
    }

    private TimeSpan RunTime() =>
        double.TryParse(Said(RunSeconds), CultureInfo.InvariantCulture, out var seconds) && seconds >= 0
            ? TimeSpan.FromSeconds(seconds)
            : context.Options.Virtual.RunTime ?? TimeSpan.MaxValue;

    private void Finish()
    {
        var exit = int.TryParse(Said(ExitStatus), CultureInfo.InvariantCulture, out var asked) ? asked : 0;
        End(exit == 0 ? W.TaskState.TaskFinished : W.TaskState.TaskFailed, $"Command exited with status {exit}");
    }

    private void End(W.TaskState state, string message, Reason? reason = null, bool? healthy = null)
    {
        next?.Dispose();
        status.Report(state, Source.Executor, message, reason, healthy);
    }

    private string? Said(string name) =>
        start.Info.Labels?.Labels_.FirstOrDefault(l => l.Key == name)?.Value
        ?? start.Info.Command?.Environment?.Variables.FirstOrDefault(v => v.Name == name)?.Value;

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
