using Pipeline.LocalMesos.Checks;
using Pipeline.LocalMesos.Containers;
using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Limits;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tasks;

/// <summary>
/// A task with a command: sandbox, fetch, process group or container, end. State is guarded by the cluster's lock, which is never held
/// over I/O other than starting the process.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001",
    Justification = "The source has no timer and no wait handle: there is nothing to dispose, and late callers may still cancel it.")]
internal sealed class CommandTask(
    AgentContext context, AgentIdentity agent, string endpoint, TaskLaunch launch, TaskLocation location,
    Action<W.TaskStatus> report) : ITaskRun
{
    private static readonly TimeSpan DefaultGracePeriod = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource ended = new();
    private readonly CommandTaskStatuses statuses = new(
        new StatusReporter(context.Time, agent.Id, launch, location, report) { Check = GeneralChecker.Empty(launch.Info.Check) },
        launch, location);

    private readonly UsageLimits limits = UsageLimits.Of(launch.Info);
    private TaskEndReason endReason = TaskEndReason.Exited;
    private IProgram? program;
    private ITimer? forceKill;
    private ITimer? completionLimit;
    private ControlGroup? group;
    private DiskQuota? disk;

    public W.TaskStatus? LastStatus => statuses.Last;

    public bool IsRunning => statuses.IsRunning;

    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start() => Completion = Task.Run(RunAsync);

    /// <summary>SIGTERM, and SIGKILL after the grace period.</summary>
    public void Kill(TaskEndReason reason, W.KillPolicy? policy)
    {
        if (!IsRunning || endReason != TaskEndReason.Exited)
            return;
        endReason = reason;
        ended.Cancel();
        if (program is null)
            return;
        statuses.Killing(reason);
        program.Signal(LibC.SigTerm);
        forceKill = context.Time.CreateTimer(
            _ => program.Signal(LibC.SigKill), null, GracePeriodOf(policy ?? launch.Info.KillPolicy), Timeout.InfiniteTimeSpan);
    }

    public void KillSilently() => SignalSilently(LibC.SigKill);

    public void SignalSilently(int signal)
    {
        statuses.Silence();
        ended.Cancel();
        program?.Signal(signal);
    }

    public void ReportExecutorTerminated() => statuses.ExecutorTerminated();

    private static TimeSpan GracePeriodOf(W.KillPolicy? policy) =>
        policy?.GracePeriod is { } grace ? WireTime.Span(grace) : DefaultGracePeriod;

    private async Task RunAsync()
    {
        try
        {
            var command = launch.Info.Command;
            if (command.HasUser && !Users.Exists(command.User))
            {
                Locked(() => statuses.UnknownUser(command.User));
                return;
            }

            var sandbox = await PrepareAsync();
            var environment = TaskEnvironment.OfTask(launch, location, agent, endpoint, context.Options);
            var started = ContainerLaunch.ImageOf(launch.Info.Container) is null
                ? StartProcess(sandbox, environment)
                : await StartContainerAsync(sandbox, environment);
            if (started is not null)
                await FinishAsync(started, await started.End);
        }
        catch (OperationCanceledException)
        {
            Locked(statuses.KilledDuringLaunch);
        }
        catch (Exception e) when (e is LaunchException or ContainerException)
        {
            Locked(() => statuses.LaunchFailed(e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Locked(() => statuses.LaunchFailed($"Failed to launch container: {e.Message}"));
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <exception cref="LaunchException">A URI could not be fetched.</exception>
    private async Task<Sandbox> PrepareAsync()
    {
        var sandbox = Sandbox.Create(location);
        Volumes.Link(context.Options.WorkDirectory, launch.Info.Resources, sandbox);
        try
        {
            foreach (var uri in launch.Info.Command.Uris)
                await context.Fetcher.FetchAsync(uri, sandbox.Path, ended.Token);
            return sandbox;
        }
        catch (FetchException e)
        {
            sandbox.AppendToStderr(e.Message);
            var container = location.Container.Value;
            throw new LaunchException(
                $"Failed to launch container: Failed to fetch all URIs for container '{container}': exited with status 1", e);
        }
    }

    private ProcessGroup? StartProcess(Sandbox sandbox, Dictionary<string, string> environment)
    {
        lock (context.Gate)
        {
            ended.Token.ThrowIfCancellationRequested();
            statuses.LaunchingNested();
            var (path, arguments) = CommandLine.ForProcess(launch.Info.Command);
            group = context.Groups?.Create(location.Container.Value, limits);
            if (group is not null)
                (path, arguments) = CommandLine.InGroup(group.Entrances, path, arguments);
            var started = context.Processes.Start(
                new ChildStart(path, arguments, environment, sandbox.Path, sandbox.Stdout, sandbox.Stderr));
            Started(started, sandbox, environment);
            return started;
        }
    }

    /// <summary>The engine takes its time, so it is asked without the lock.</summary>
    private async Task<IProgram> StartContainerAsync(Sandbox sandbox, Dictionary<string, string> environment)
    {
        var container = await context.Engine.StartAsync(
            new ContainerLaunch(launch.Info, sandbox, location.Container.Value, environment), ended.Token);
        lock (context.Gate)
        {
            if (!ended.IsCancellationRequested)
            {
                Started(container, sandbox, environment);
                return container;
            }
        }

        await container.RemoveAsync();
        throw new OperationCanceledException(ended.Token);
    }

    private void Started(IProgram started, Sandbox sandbox, Dictionary<string, string> environment)
    {
        program = started;
        statuses.Running(started.Pid);
        if (launch.Info.MaxCompletionTime is { } max)
            completionLimit = context.Time.CreateTimer(
                _ => Locked(() => Kill(TaskEndReason.MaxCompletionTimeReached, null)), null, WireTime.Span(max), Timeout.InfiniteTimeSpan);
        if (context.Options.EnforceDiskQuota && limits.DiskBytes is { } bytes)
            disk = new DiskQuota(sandbox.Path, bytes, context.Time, () => Locked(() => Kill(TaskEndReason.DiskLimitReached, null)));
        var checks = new TaskChecks(launch.Info, new Probe(context.Processes, sandbox.Path, environment), context.Time, location.IsNested);
        checks.Start(
            healthy => WhileRunning(() => statuses.Health(healthy)), result => WhileRunning(() => statuses.Check(result)),
            () => Locked(() => Kill(TaskEndReason.Unhealthy, null)), ended.Token);
    }

    private async Task FinishAsync(IProgram running, ProgramEnd end)
    {
        // Whatever the command left behind goes with it, as in a real container.
        await running.RemoveAsync();
        var outOfMemory = group?.MemoryKills > 0;
        if (group is not null)
            await group.RemoveAsync(context.Time);
        forceKill?.Dispose();
        completionLimit?.Dispose();
        disk?.Dispose();
        Locked(() => statuses.Ended(endReason, outOfMemory ? end.OutOfMemory(limits.MemoryBytes) : end, disk?.Exceeded));
    }

    private void WhileRunning(Action action) => Locked(() =>
    {
        if (IsRunning && endReason == TaskEndReason.Exited)
            action();
    });

    private void Locked(Action action)
    {
        lock (context.Gate)
            action();
    }
}
