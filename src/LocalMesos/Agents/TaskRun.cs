using Pipeline.LocalMesos.Containers;
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
    private IProgram? program;
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
        if (program is null)
            return;
        if (start.TaskKillingState && why is TaskEnd.Killed or TaskEnd.Unhealthy)
            status.Report(W.TaskState.TaskKilling, Source.Executor);
        program.Signal(LibC.SigTerm);
        forceKill = context.Time.CreateTimer(
            _ => program.Signal(LibC.SigKill), null, GraceOf(policy ?? start.Info.KillPolicy), Timeout.InfiniteTimeSpan);
    }

    public void Vanish()
    {
        status.IsSilent = true;
        ended.Cancel();
        program?.Signal(LibC.SigKill);
    }

    public void EndSilently(int signal)
    {
        status.IsSilent = true;
        ended.Cancel();
        program?.Signal(signal);
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
            var environment = TaskEnvironment.Of(start, place, agent, endpoint, context.Options);
            var running = ContainerEngine.ImageOf(start.Info.Container) is null
                ? StartProcess(sandbox, environment)
                : await StartContainerAsync(sandbox, environment);
            if (running is not null)
                await FinishAsync(running, await running.End);
        }
        catch (ContainerException e)
        {
            FailLaunch(e.Message);
        }
        catch (OperationCanceledException)
        {
            ReportKilledBeforeStart();
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

    private ProcessGroup? StartProcess(Sandbox sandbox, Dictionary<string, string> environment)
    {
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
            var (path, arguments) = CommandLine.Of(start.Info.Command);
            var group = ProcessGroup.Start(
                context, new ChildStart(path, arguments, environment, sandbox.Path, sandbox.Stdout, sandbox.Stderr));
            Runs(group, sandbox, environment);
            return group;
        }
    }

    /// <summary>The engine is asked without the lock: it takes its time.</summary>
    private async Task<IProgram?> StartContainerAsync(Sandbox sandbox, Dictionary<string, string> environment)
    {
        var container = await context.Engine.StartAsync(
            start.Info, CommandLine.Plain(start.Info.Command), sandbox, place.Container.Value, environment, ended.Token);
        lock (context.Gate)
        {
            if (!ended.IsCancellationRequested)
            {
                Runs(container, sandbox, environment);
                return container;
            }
        }

        await container.RemoveAsync();
        ReportKilledBeforeStart();
        return null;
    }

    private void Runs(IProgram started, Sandbox sandbox, Dictionary<string, string> environment)
    {
        (program, status.Pid) = (started, started.Pid);
        if (status.State == W.TaskState.TaskStaging)
            status.Report(W.TaskState.TaskStarting, Source.Executor);
        status.Report(W.TaskState.TaskRunning, Source.Executor);
        Watch(sandbox, environment);
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

    private async Task FinishAsync(IProgram running, ProgramEnd exit)
    {
        // Whatever the command left behind goes with it, as in a real container.
        await running.RemoveAsync();
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
            var reason = end switch
            {
                TaskEnd.TookTooLong => Reason.MaxCompletionTimeReached,
                TaskEnd.ByItself => exit.Reason,
                TaskEnd.Killed or TaskEnd.Unhealthy => null,
            };
            // A limit is the agent's to enforce, not the executor's.
            var source = end == TaskEnd.ByItself && exit.Reason is not null ? Source.Agent : Source.Executor;
            status.Report(state, source, exit.Message, reason, end == TaskEnd.Unhealthy ? false : null);
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
