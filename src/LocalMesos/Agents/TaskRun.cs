using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// One command task on an agent: sandbox, fetch, process group, end. State is guarded by the cluster's lock, which is never held
/// over I/O other than starting the process.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001",
        Justification = "The source has no timer and no wait handle: there is nothing to dispose, and late callers may still cancel it.")]
internal sealed class TaskRun(AgentContext context, AgentIdentity agent, string endpoint, TaskStart start, Action<W.TaskStatus> report)
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource ended = new();
    private readonly string containerId = Ids.Uuid();
    private TaskEnd end = TaskEnd.ByItself;
    private ITimer? forceKill;
    private ITimer? completionLimit;
    private bool silent;
    private int pid;

    public TaskStart Start => start;

    /// <summary>The last state that was reported; it may not be acknowledged yet.</summary>
    public W.TaskState State { get; private set; } = W.TaskState.TaskStaging;

    /// <summary>The last report, for a master that missed it.</summary>
    public W.TaskStatus? LastStatus { get; private set; }

    public bool IsRunning => !State.IsTerminal();

    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Begin() => Completion = Task.Run(RunAsync);

    /// <summary>SIGTERM, and SIGKILL after the grace period. The lock is held.</summary>
    public void Kill(TaskEnd why, TimeSpan? graceOfCall = null)
    {
        if (!IsRunning || end != TaskEnd.ByItself)
            return;
        end = why;
        ended.Cancel();
        if (pid == 0)
            return;
        if (start.TaskKillingState && why is TaskEnd.Killed or TaskEnd.Unhealthy)
            Report(W.TaskState.TaskKilling, W.TaskStatus.Types.Source.Executor);
        LibC.KillGroup(pid, LibC.SigTerm);
        forceKill = context.Time.CreateTimer(
            _ => LibC.KillGroup(pid, LibC.SigKill), null, graceOfCall ?? Grace(), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the group at once and says nothing of it. The lock is held.</summary>
    public void Vanish()
    {
        silent = true;
        ended.Cancel();
        LibC.KillGroup(pid, LibC.SigKill);
    }

    /// <summary>The agent is going: the task gets its grace, but nobody is told. The lock is held.</summary>
    public void EndSilently(int signal)
    {
        silent = true;
        ended.Cancel();
        LibC.KillGroup(pid, signal);
    }

    /// <summary>Said by an agent that came back and found its executor gone. The lock is held.</summary>
    public void ReportExecutorGone()
    {
        silent = false;
        Report(W.TaskState.TaskFailed, W.TaskStatus.Types.Source.Agent, "Executor terminated",
            W.TaskStatus.Types.Reason.ExecutorTerminated);
        silent = true;
    }

    private TimeSpan Grace() =>
        start.Info.KillPolicy?.GracePeriod is { } grace ? TimeSpan.FromTicks(grace.Nanoseconds / 100) : DefaultGrace;

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
        var path = Sandbox.PathOf(context.Options.WorkDirectory, agent.Id, start.FrameworkId, start.Info.TaskId.Value, containerId);
        if (start.Info.Command.HasUser && !Users.Exists(start.Info.Command.User))
        {
            ReportUnknownUser(path, start.Info.Command.User);
            return null;
        }

        var sandbox = Sandbox.Create(path);
        try
        {
            foreach (var uri in start.Info.Command.Uris)
                await context.Fetcher.FetchAsync(uri, sandbox, ended.Token);
            return sandbox;
        }
        catch (FetchException e)
        {
            sandbox.Note(e.Message);
            FailLaunch($"Failed to launch container: Failed to fetch all URIs for container '{containerId}': exited with status 1");
        }
        catch (OperationCanceledException)
        {
            ReportKilledBeforeStart();
        }

        return null;
    }

    private Task<ChildExit>? StartProcess(Sandbox sandbox)
    {
        var environment = TaskEnvironment.Of(start, agent, endpoint, sandbox.Path, context.Options.TaskEnvironment);
        lock (context.Gate)
        {
            if (ended.IsCancellationRequested)
            {
                ReportKilledBeforeStart();
                return null;
            }

            var (path, arguments) = CommandLine.Of(start.Info, sandbox, containerId, environment);
            (pid, var exit) = context.Children.Start(new ChildStart(path, arguments, environment, sandbox.Path, sandbox.Stdout,
                sandbox.Stderr));
            context.Groups.Add(pid);
            Report(W.TaskState.TaskStarting, W.TaskStatus.Types.Source.Executor);
            Report(W.TaskState.TaskRunning, W.TaskStatus.Types.Source.Executor);
            Watch(sandbox, environment);
            return exit;
        }
    }

    private void Watch(Sandbox sandbox, Dictionary<string, string> environment)
    {
        if (start.Info.MaxCompletionTime is { } max)
            completionLimit = context.Time.CreateTimer(
                _ => Locked(() => Kill(TaskEnd.TookTooLong)), null, TimeSpan.FromTicks(max.Nanoseconds / 100), Timeout.InfiniteTimeSpan);
        if (start.Info.HealthCheck is not { } check)
            return;
        var checker = new HealthChecker(
            check, new HealthProbe(check, context.Children, sandbox, environment), context.Time,
            healthy => Locked(() => ReportHealth(healthy)), () => Locked(() => Kill(TaskEnd.Unhealthy)));
        _ = checker.RunAsync(ended.Token);
    }

    private void Finish(ChildExit exit, Sandbox sandbox)
    {
        // Whatever the command left behind goes with it, as in a real container.
        LibC.KillGroup(pid, LibC.SigKill);
        if (CommandLine.Removal(start.Info, containerId, sandbox) is { } removal)
            context.Children.Start(removal);
        context.Groups.Remove(pid);
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
            W.TaskStatus.Types.Reason? reason = end == TaskEnd.TookTooLong ? W.TaskStatus.Types.Reason.MaxCompletionTimeReached : null;
            Report(state, W.TaskStatus.Types.Source.Executor, exit.Message, reason, end == TaskEnd.Unhealthy ? false : null);
        }
    }

    private void FailLaunch(string message) => Locked(() => Report(
        W.TaskState.TaskFailed, W.TaskStatus.Types.Source.Agent, message, W.TaskStatus.Types.Reason.ContainerLaunchFailed));

    private void ReportKilledBeforeStart() => Locked(() => Report(
        W.TaskState.TaskKilled, W.TaskStatus.Types.Source.Agent, "Killed before delivery to the executor",
        W.TaskStatus.Types.Reason.TaskKilledDuringLaunch));

    private void ReportUnknownUser(string path, string user) => Locked(() => Report(
        start.PartitionAware ? W.TaskState.TaskDropped : W.TaskState.TaskLost, W.TaskStatus.Types.Source.Agent,
        $"Failed to create executor directory '{path}': Failed to chown directory to '{user}': No such user '{user}'",
        W.TaskStatus.Types.Reason.ExecutorTerminated));

    private void ReportHealth(bool healthy)
    {
        if (IsRunning && end == TaskEnd.ByItself)
            Report(
                W.TaskState.TaskRunning, W.TaskStatus.Types.Source.Executor,
                reason: W.TaskStatus.Types.Reason.TaskHealthCheckStatusUpdated, healthy: healthy);
    }

    private void Report(
        W.TaskState state, W.TaskStatus.Types.Source source, string? message = null, W.TaskStatus.Types.Reason? reason = null,
            bool? healthy = null)
    {
        if (silent || State.IsTerminal())
            return;
        State = state;
        var status = new W.TaskStatus
        {
            TaskId = start.Info.TaskId,
            State = state,
            Source = source,
            AgentId = new W.AgentID { Value = agent.Id },
            ExecutorId = new W.ExecutorID { Value = start.Info.TaskId.Value },
            Timestamp = (context.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds,
            Uuid = Ids.UpdateUuid(),
        };
        if (message is not null)
            status.Message = message;
        if (reason is { } r)
            status.Reason = r;
        if (healthy is { } h)
            status.Healthy = h;
        if (source == W.TaskStatus.Types.Source.Executor)
            status.ContainerStatus = Container();
        LastStatus = status;
        report(status);
    }

    private W.ContainerStatus Container() => new()
    {
        ContainerId = new W.ContainerID { Value = containerId },
        ExecutorPid = (uint)pid,
        NetworkInfos =
        {
            new W.NetworkInfo
            {
                IpAddresses = { new W.NetworkInfo.Types.IPAddress { Protocol = W.NetworkInfo.Types.Protocol.Ipv4,
                    IpAddress = "127.0.0.1" } },
            },
        },
    };

    private void Locked(Action action)
    {
        lock (context.Gate)
            action();
    }
}

/// <summary>Why a task ends.</summary>
internal enum TaskEnd
{
    ByItself,
    Killed,
    Unhealthy,
    TookTooLong,
}
