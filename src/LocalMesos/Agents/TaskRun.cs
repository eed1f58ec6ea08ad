using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using Source = Pipeline.Mesos.Wire.TaskStatus.Types.Source;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// One command task on an agent: sandbox, fetch, process group, end. State is guarded by the cluster's lock, which is never held
/// over I/O other than starting the process.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001",
        Justification = "The source has no timer and no wait handle: there is nothing to dispose, and late callers may still cancel it.")]
internal sealed class TaskRun(
    AgentContext context, AgentIdentity agent, string endpoint, TaskStart start, TaskPlace place, Action<W.TaskStatus> report) : ITaskRun
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(3);

    // A check of a task in a group is a container of its own, which takes a moment to start (recorded in 17).
    private static readonly TimeSpan ContainerStart = TimeSpan.FromSeconds(0.3);
    private readonly CancellationTokenSource ended = new();
    private readonly StatusReporter status = new(context.Time, agent.Id, start, place, report)
    {
        Check = GeneralChecker.None(start.Info.Check),
    };

    private TaskEnd end = TaskEnd.ByItself;
    private ITimer? forceKill;
    private ITimer? completionLimit;

    public TaskStart Start => start;

    public W.TaskStatus? LastStatus => status.Last;

    public bool IsRunning => !status.State.IsTerminal();

    public int Pid => status.Pid;

    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Begin() => Completion = Task.Run(RunAsync);

    /// <summary>SIGTERM, and SIGKILL after the grace period.</summary>
    public void Kill(TaskEnd why, W.KillPolicy? policy)
    {
        if (!IsRunning || end != TaskEnd.ByItself)
            return;
        end = why;
        ended.Cancel();
        if (status.Pid == 0)
            return;
        if (start.TaskKillingState && why is TaskEnd.Killed or TaskEnd.Unhealthy)
            status.Report(W.TaskState.TaskKilling, Source.Executor);
        LibC.KillGroup(status.Pid, LibC.SigTerm);
        forceKill = context.Time.CreateTimer(
            _ => LibC.KillGroup(status.Pid, LibC.SigKill), null, GraceOf(policy ?? start.Info.KillPolicy), Timeout.InfiniteTimeSpan);
    }

    public void Vanish()
    {
        status.IsSilent = true;
        ended.Cancel();
        LibC.KillGroup(status.Pid, LibC.SigKill);
    }

    public void EndSilently(int signal)
    {
        status.IsSilent = true;
        ended.Cancel();
        LibC.KillGroup(status.Pid, signal);
    }

    public void ReportExecutorGone()
    {
        status.IsSilent = false;
        status.Report(W.TaskState.TaskFailed, Source.Agent, "Executor terminated", Reason.ExecutorTerminated);
        status.IsSilent = true;
    }

    private static TimeSpan GraceOf(W.KillPolicy? policy) =>
        policy?.GracePeriod is { } grace ? TimeSpan.FromTicks(grace.Nanoseconds / 100) : DefaultGrace;

    private async Task RunAsync()
    {
        try
        {
            if (await PrepareAsync() is not { } sandbox)
                return;
            if (StartProcess(sandbox) is { } exit)
                Finish(await exit, sandbox);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FailLaunch($"Failed to launch container: {e.Message}");
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task<Sandbox?> PrepareAsync()
    {
        if (start.Info.Command.HasUser && !Users.Exists(start.Info.Command.User))
        {
            ReportUnknownUser(start.Info.Command.User);
            return null;
        }

        var sandbox = Sandbox.Create(place);
        Volumes.Link(context.Options.WorkDirectory, start.Info.Resources, sandbox);
        try
        {
            foreach (var uri in start.Info.Command.Uris)
                await context.Fetcher.FetchAsync(uri, sandbox, ended.Token);
            return sandbox;
        }
        catch (FetchException e)
        {
            sandbox.Note(e.Message);
            FailLaunch($"Failed to launch container: Failed to fetch all URIs for container '{place.Container.Value}': exited with status 1");
        }
        catch (OperationCanceledException)
        {
            ReportKilledBeforeStart();
        }

        return null;
    }

    private Task<ChildExit>? StartProcess(Sandbox sandbox)
    {
        var environment = TaskEnvironment.Of(start, place, agent, endpoint, context.Options);
        lock (context.Gate)
        {
            if (ended.IsCancellationRequested)
            {
                ReportKilledBeforeStart();
                return null;
            }

            // The default executor says so before it has a process (recorded in 17).
            if (place.IsNested)
                status.Report(W.TaskState.TaskStarting, Source.Executor);
            var (path, arguments) = CommandLine.Of(
                start.Info.Command, start.Info.Container, sandbox, place.Container.Value, environment);
            (status.Pid, var exit) = context.Children.Start(
                new ChildStart(path, arguments, environment, sandbox.Path, sandbox.Stdout, sandbox.Stderr));
            context.Groups.Add(status.Pid);
            if (!place.IsNested)
                status.Report(W.TaskState.TaskStarting, Source.Executor);
            status.Report(W.TaskState.TaskRunning, Source.Executor);
            Watch(sandbox, environment);
            return exit;
        }
    }

    private void Watch(Sandbox sandbox, Dictionary<string, string> environment)
    {
        if (start.Info.MaxCompletionTime is { } max)
            completionLimit = context.Time.CreateTimer(
                _ => Locked(() => Kill(TaskEnd.TookTooLong, null)), null, TimeSpan.FromTicks(max.Nanoseconds / 100), Timeout.InfiniteTimeSpan);
        var probe = new Probe(context.Children, sandbox, environment);
        if (start.Info.HealthCheck is { } health)
            _ = new HealthChecker(
                health, probe, context.Time, place.IsNested ? ContainerStart : TimeSpan.Zero, healthy => Locked(() => ReportHealth(healthy)),
                () => Locked(() => Kill(TaskEnd.Unhealthy, null))).RunAsync(ended.Token);
        if (start.Info.Check is { } check)
            _ = new GeneralChecker(check, probe, context.Time, result => Locked(() => ReportCheck(result))).RunAsync(ended.Token);
    }

    private void Finish(ChildExit exit, Sandbox sandbox)
    {
        // Whatever the command left behind goes with it, as in a real container.
        LibC.KillGroup(status.Pid, LibC.SigKill);
        if (CommandLine.Removal(start.Info, place.Container.Value, sandbox) is { } removal)
            context.Children.Start(removal);
        context.Groups.Remove(status.Pid);
        forceKill?.Dispose();
        completionLimit?.Dispose();
        lock (context.Gate)
        {
            var state = end switch
            {
                TaskEnd.Killed or TaskEnd.Unhealthy => W.TaskState.TaskKilled,
                TaskEnd.TookTooLong => W.TaskState.TaskFailed,
                TaskEnd.ByItself => exit.ExitCode == 0 ? W.TaskState.TaskFinished : W.TaskState.TaskFailed,
            };
            Reason? reason = end == TaskEnd.TookTooLong ? Reason.MaxCompletionTimeReached : null;
            status.Report(state, Source.Executor, exit.Message, reason, end == TaskEnd.Unhealthy ? false : null);
        }
    }

    private void FailLaunch(string message) =>
        Locked(() => status.Report(W.TaskState.TaskFailed, Source.Agent, message, Reason.ContainerLaunchFailed));

    private void ReportKilledBeforeStart() => Locked(() => status.Report(
        W.TaskState.TaskKilled, Source.Agent, "Killed before delivery to the executor", Reason.TaskKilledDuringLaunch));

    private void ReportUnknownUser(string user) => Locked(() => status.Report(
        start.PartitionAware ? W.TaskState.TaskDropped : W.TaskState.TaskLost, Source.Agent,
        $"Failed to create executor directory '{place.SandboxPath}': Failed to chown directory to '{user}': No such user '{user}'",
        Reason.ExecutorTerminated));

    private void ReportHealth(bool healthy)
    {
        if (IsRunning && end == TaskEnd.ByItself)
            status.Report(W.TaskState.TaskRunning, Source.Executor, reason: Reason.TaskHealthCheckStatusUpdated, healthy: healthy);
    }

    private void ReportCheck(W.CheckStatusInfo result)
    {
        if (!IsRunning || end != TaskEnd.ByItself)
            return;
        status.Check = result;
        status.Report(W.TaskState.TaskRunning, Source.Executor, reason: Reason.TaskCheckStatusUpdated);
    }

    private void Locked(Action action)
    {
        lock (context.Gate)
            action();
    }
}
